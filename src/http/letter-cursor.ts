import { invalidRequest } from './problem.js'

/** Where a run over letters goes on, and the letter that it ends at. */
export interface LetterPlace {
  readonly afterId: number
  readonly throughId: number
}

const KIND = 'letters'

export function writeLetterCursor({
  next,
  throughId,
}: {
  next: number | undefined
  throughId: number
}): string | null {
  return next === undefined ? null : Buffer.from(`${KIND}:${next}:${throughId}`).toString('base64url')
}

/** Of a body's `cursor`; nothing without one. */
export function readLetterCursor(cursor: string | undefined): LetterPlace | undefined {
  if (cursor === undefined) return undefined
  const match = /^letters:(\d{1,15}):(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (match === null) {
    throw invalidRequest([
      { path: 'body.cursor', message: 'must be the nextCursor of an earlier answer to the same request' },
    ])
  }
  return { afterId: Number(match[1]), throughId: Number(match[2]) }
}
