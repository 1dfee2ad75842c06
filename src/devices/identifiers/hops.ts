/**
 * The gateways that a question has come through, oldest first, in the header `x-linegate-hops`:
 * `plant-1~5f0c2a91, plant-2~0b7e11d4`. A gateway adds itself when it refers a question on, and refuses one that it finds
 * itself in. The part after `~` is of one run of one gateway, so that two gateways that were given the same id are two.
 */
import { randomBytes } from 'node:crypto'

export const HOPS_HEADER = 'x-linegate-hops'
/** A question comes through this many gateways at the most, whoever they are. */
const MAX_HOPS = 8

/** @param gatewayId may hold any character; a header may not */
export function hopName(gatewayId: string): string {
  return `${encodeURIComponent(gatewayId)}~${randomBytes(4).toString('hex')}`
}

export function readHops(header: string | undefined): string[] {
  if (header === undefined) return []
  return header
    .split(',', MAX_HOPS + 1)
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

export function writeHops(hops: readonly string[]): string {
  return hops.join(', ')
}

/** Whether the question has been here, or has come through too many gateways. */
export function isLoop(hops: readonly string[], self: string): boolean {
  return hops.includes(self) || hops.length >= MAX_HOPS
}

/** `plant-1 → plant-2`, for people. */
export function hopPath(hops: readonly string[]): string {
  return hops.map((hop) => readable(hop.replace(/~[^~]*$/, ''))).join(' → ')
}

/** What someone else wrote into the header need not be well encoded. */
function readable(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    return name
  }
}
