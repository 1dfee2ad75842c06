import { setImmediate } from 'node:timers/promises'
import type { DeadLetterFilter, DeadLetterView } from '../core/views.js'
import { type LetterJson, toLetterJson } from './letter-json.js'

/** Letters looked at in one go. Reading is synchronous, and between two goes the gateway takes messages. */
const SCANNED_AT_ONCE = 1_000
/** Letters held in memory at once; each can be as large as a packet. */
const PIECE_LETTERS = 32
/** Letters looked at for one page; those that an index leaves out do not count. */
const MAX_SCANNED = 100_000
/** Of a payload, in a list. */
const MAX_PAYLOAD_BYTES = 1_024

export interface LetterPage {
  readonly items: LetterJson[]
  /** The next page begins below this id; undefined if there is none. */
  readonly beforeId: number | undefined
}

/**
 * The letters below `beforeId` that pass the filter, newest first, `limit` at the most. A filter that few letters pass
 * ends the page early, with its cursor, so that no request reads the whole table.
 */
export async function readLetterPage(
  letters: Pick<DeadLetterView, 'scan'>,
  filter: DeadLetterFilter,
  beforeId: number,
  limit: number,
): Promise<LetterPage> {
  const items: LetterJson[] = []
  let before: number | undefined = beforeId
  for (let left = MAX_SCANNED; before !== undefined && left > 0; left -= SCANNED_AT_ONCE) {
    const wanted = Math.min(PIECE_LETTERS, limit - items.length)
    const query = { ...filter, beforeId: before, newestFirst: true, limit: wanted }
    const piece = letters.scan(query, SCANNED_AT_ONCE)
    for (const letter of piece.letters) items.push(toLetterJson(letter, MAX_PAYLOAD_BYTES))
    before = piece.next
    if (items.length === limit) break
    await setImmediate()
  }
  return { items, beforeId: before }
}
