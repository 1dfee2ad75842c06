import { invalidParameter } from './problem.js'

/**
 * Where a page ended, as text that clients hand back and need not understand. `kind` keeps the cursor of one list from
 * being used with another.
 */
export function writeCursor(kind: string, place: number): string {
  return Buffer.from(`${kind}:${place}`).toString('base64url')
}

export function readCursor(kind: string, cursor: string): number {
  const [kindOfCursor, place] = Buffer.from(cursor, 'base64url').toString().split(':')
  if (kindOfCursor !== kind || place === undefined || !/^\d{1,15}$/.test(place)) {
    throw invalidParameter('cursor', 'must be the nextCursor of an earlier page of the same list')
  }
  return Number(place)
}
