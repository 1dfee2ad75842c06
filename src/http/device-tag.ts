import type { IncomingHttpHeaders } from 'node:http'
import { GatewayError } from '../core/errors.js'

/** For the routes that change a device. */
export const CHANGE_HEADERS = {
  'if-match': 'ETag that the device must have for the change to be made; * for any.',
  'if-none-match': '*: there must be no such device yet.',
} as const

export const READ_HEADERS = {
  'if-none-match': 'ETag that is known already: 304 if it is still right.',
} as const

export function entityTag(revision: number): string {
  return `"${revision}"`
}

/** Whether one of the tags is that of this revision; `*` is that of any (RFC 9110, 13.1). */
export function isTagged(tags: string, revision: number, isWeakEnough = false): boolean {
  if (tags.trim() === '*') return true
  const own = entityTag(revision)
  return tags.split(',').some((tag) => {
    const text = tag.trim()
    return text === own || (isWeakEnough && text === `W/${own}`)
  })
}

/**
 * What the registry is to expect by If-Match and If-None-Match: a revision, 0 for no such device, undefined whatever
 * there is.
 * @throws {GatewayError} LG_DEVICE_CHANGED if it is not so already
 */
export function expectedRevision(
  id: string,
  { 'if-match': match, 'if-none-match': noneMatch }: IncomingHttpHeaders,
  current: number | undefined,
): number | undefined {
  const isMatched = match === undefined || (current !== undefined && isTagged(match, current))
  const isOther = noneMatch === undefined || current === undefined || !isTagged(noneMatch, current, true)
  if (!isMatched || !isOther) throw new GatewayError('LG_DEVICE_CHANGED', { id, revision: current ?? 0 })
  return match === undefined && noneMatch === undefined ? undefined : (current ?? 0)
}
