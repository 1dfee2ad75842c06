import type { Device } from '../core/device.js'
import type { DeviceRecord } from '../core/registry.js'
import { haveSameLevels, pathOf } from './device-path.js'

/** What the registry keeps of a device. */
export interface Entry {
  readonly record: DeviceRecord
  /** Addresses beside its place, the newest first: the places that it had, and that nobody has taken since. */
  readonly former: readonly string[]
}

/** A device becomes `after`; undefined is no device. */
export interface Step {
  readonly slot: number
  readonly before: Entry | undefined
  readonly after: Entry | undefined
}

export const NO_ADDRESSES: readonly string[] = []
/** Most devices have none: they share these. */
export const NO_LABELS: Readonly<Record<string, string>> = Object.freeze({})
export const NO_NAME: DeviceRecord['name'] = Object.freeze({ zh: '', en: '' })

export function deviceOf(slot: number, record: DeviceRecord): Device {
  const { site, area, line, device } = record
  return { slot, path: pathOf(record), site, area, line, device }
}

/** Rejected devices are known, but are not in the tree. */
export function isInTree(entry: Entry | undefined): boolean {
  return entry !== undefined && entry.record.status !== 'rejected'
}

/** The device stays where it is in the tree. */
function stays({ before, after }: Step): boolean {
  return isInTree(before) && isInTree(after) && haveSameLevels(before!.record, after!.record)
}

export function leavesTree(step: Step): boolean {
  return isInTree(step.before) && !stays(step)
}

export function entersTree(step: Step): boolean {
  return isInTree(step.after) && !stays(step)
}

/** Whoever knows the device by its place or by an address must look again. */
export function isReplaced(step: Step): boolean {
  const { before, after } = step
  if (before === undefined || after === undefined) return before !== undefined
  return (
    isInTree(before) !== isInTree(after) ||
    !haveSameLevels(before.record, after.record) ||
    before.former.some((path) => !after.former.includes(path))
  )
}
