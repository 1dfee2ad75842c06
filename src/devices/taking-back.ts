import type { DeviceLookup } from './device-lookup.js'
import { pathOf } from './device-path.js'
import type { Entry, Step } from './entry.js'

/**
 * Steps to what was there before `steps`, which were made in this order and did not reach the disk. A device that was
 * discovered meanwhile under an address or an id that belongs to one of them again goes: it is met again, as that one.
 */
export function stepsBack(steps: readonly Step[], lookup: DeviceLookup): Step[] {
  const targets = new Map<number, Entry | undefined>()
  for (const { slot, before } of steps) if (!targets.has(slot)) targets.set(slot, before)
  const claims = new Set<string>()
  // Whoever came later has the higher slot.
  for (const slot of [...targets.keys()].sort((a, b) => a - b)) {
    const target = targets.get(slot)
    if (target === undefined) continue
    const wanted = claimsOf(target)
    if (wanted.some((claim) => claims.has(claim))) targets.set(slot, undefined)
    else for (const claim of wanted) claims.add(claim)
    for (const other of holders(target, lookup)) if (!targets.has(other)) targets.set(other, undefined)
  }
  return [...targets].map(([slot, after]) => ({ slot, before: lookup.entry(slot), after }))
}

/** Ids and addresses; neither can be mistaken for the other. */
function claimsOf({ record, former }: Entry): string[] {
  return [`id ${record.id}`, ...[pathOf(record), ...former].map((path) => `at ${path}`)]
}

function holders({ record, former }: Entry, lookup: DeviceLookup): number[] {
  const addresses = [pathOf(record), ...former].map((path) => lookup.slotOfAddress(path))
  return [lookup.slotOfId(record.id), ...addresses].filter((slot) => slot !== undefined)
}
