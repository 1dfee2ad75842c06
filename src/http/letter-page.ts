import { setImmediate } from 'node:timers/promises'
import type { DeadLetterQuery, DeadLetterView } from '../core/views.js'
import { type LetterJson, toLetterJson } from './letter-json.js'

/** Ids looked at in one go. Reading is synchronous, and between two goes the gateway takes messages. */
const WINDOW_IDS = 1_000
/** Letters held in memory at once; each can be as large as a packet. */
const PIECE_LETTERS = 32
/** Ids looked at for one page. */
const MAX_SCANNED_IDS = 100_000
/** Of a payload, in a list. */
const MAX_PAYLOAD_BYTES = 1_024

export interface LetterPage {
  readonly items: LetterJson[]
  /** The next page begins below this id; undefined if there is none. */
  readonly beforeId: number | undefined
}

export type LetterFilter = Pick<DeadLetterQuery, 'device' | 'reason' | 'topic'>

/**
 * The letters below `beforeId` that pass the filter, newest first, `limit` at the most. A filter that few letters pass
 * ends the page early, with its cursor, so that no request reads the whole table.
 */
export async function readLetterPage(
  letters: DeadLetterView,
  filter: LetterFilter,
  beforeId: number,
  limit: number,
): Promise<LetterPage> {
  const items: LetterJson[] = []
  const lowest = Math.max(1, beforeId - MAX_SCANNED_IDS)
  let before = beforeId
  while (before > lowest) {
    const wanted = Math.min(PIECE_LETTERS, limit - items.length)
    const afterId = Math.max(lowest - 1, before - WINDOW_IDS - 1)
    const piece = letters.list({ ...filter, beforeId: before, afterId, newestFirst: true, limit: wanted })
    for (const letter of piece) items.push(toLetterJson(letter, MAX_PAYLOAD_BYTES))
    before = piece.length === wanted ? piece.at(-1)!.id : afterId + 1
    if (items.length === limit) break
    await setImmediate()
  }
  return { items, beforeId: before > 1 ? before : undefined }
}
