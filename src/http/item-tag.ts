import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../core/errors.js'
import type { Item } from '../devices/identifiers/record.js'

export const ITEM_TAG_HEADERS = {
  'if-match': 'ETag that the item must have for the change to be made.',
  'if-none-match': '*: there must be no item yet.',
} as const

/** A new item under a handle that was free begins again with revision 1: the time tells it from the one before. */
export function itemTag({ revision, updatedAtMs }: Item): string {
  return `"${revision}-${updatedAtMs}"`
}

/**
 * The check of If-Match and If-None-Match (RFC 9110, 13.1). Tags are compared as they are: an item has no weak ones.
 * @throws {GatewayError} LG_ITEM_CHANGED, from what it returns
 */
export function itemExpectation(handle: string, headers: IncomingHttpHeaders): (current?: Item) => void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  return (current) => {
    const isMet =
      (match === undefined || isIn(match, current)) && (noneMatch === undefined || !isIn(noneMatch, current))
    if (!isMet) throw new GatewayError('LG_ITEM_CHANGED', { handle })
  }
}

function isIn(tags: string, current: Item | undefined): boolean {
  if (current === undefined) return false
  if (tags.trim() === '*') return true
  return tags.split(',').some((tag) => tag.trim() === itemTag(current))
}
