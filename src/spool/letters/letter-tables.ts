import type { DeadLetter, DeadLetterReason, StoredDeadLetter } from '../../core/dead-letter.js'
import { REASONS } from '../../core/reasons.js'
import type { Key, StateStore, Table } from '../../core/state.js'
import { decodeHead, encodeHead, inlinePayload, type LetterHead, reencodeHead } from './letter-format.js'

/** First parts of the keys of the index. */
export const BY_REASON = 0
export const BY_SLOT = 1
export const HELD_BY_SLOT = 2

const NOTHING = Buffer.alloc(0)
/** Reasons of a later version are all indexed under this number, which no reason has. */
const UNKNOWN_REASON = 0
const HELD: ReadonlySet<string> = new Set(['awaiting_birth', 'awaiting_names'])

/** Kept until a birth or a name comes. */
export function isHeld(code: string): boolean {
  return HELD.has(code)
}

export function reasonNumber(code: string): number {
  return (REASONS as Readonly<Record<string, number>>)[code] ?? UNKNOWN_REASON
}

/**
 * The letters' records and their index. Everything that changes them joins the transaction of the caller, and reads only
 * what is committed: called again for a transaction that failed, it writes the same.
 */
export class LetterTables {
  readonly heads: Table
  readonly index: Table
  readonly meta: Table
  readonly #payloads: Table
  readonly #held: Table

  constructor(state: StateStore) {
    this.heads = state.table('deadLetters')
    this.index = state.table('deadLetterIndex')
    this.meta = state.table('deadLetterMeta')
    this.#payloads = state.table('deadLetterPayloads')
    this.#held = state.table('heldLetterPayloads')
  }

  get bytes(): number {
    return this.heads.bytes + this.index.bytes + this.#payloads.bytes + this.#held.bytes
  }

  get heldCount(): number {
    return this.#held.size
  }

  /** Their payloads, and their share of what all letters have in common. */
  get heldBytes(): number {
    const { size } = this.heads
    if (size === 0) return 0
    const shared = this.heads.bytes + this.index.bytes
    return this.#held.bytes + Math.round((shared * this.#held.size) / size)
  }

  write(id: number, letter: DeadLetter): void {
    this.heads.put(id, encodeHead(letter))
    this.#payloadsOf(letter).put(id, letter.payload)
    for (const key of indexKeys(id, letter)) this.index.put(key, NOTHING)
  }

  remove(head: LetterHead): void {
    this.heads.remove(head.id)
    this.#payloadsOf(head).remove(head.id)
    for (const key of indexKeys(head.id, head)) this.index.remove(key)
  }

  rewrite(head: LetterHead, reason: DeadLetterReason): void {
    const { payload } = this.whole(head)
    const rewritten = { ...head, bytes: payload.length, reason }
    this.remove(head)
    this.heads.put(head.id, reencodeHead(rewritten))
    this.#payloadsOf(rewritten).put(head.id, payload)
    for (const key of indexKeys(head.id, rewritten)) this.index.put(key, NOTHING)
  }

  head(id: number): LetterHead | undefined {
    const record = this.heads.get(id)
    return record === undefined ? undefined : decodeHead(id, record)
  }

  whole({ bytes, ...head }: LetterHead): StoredDeadLetter {
    return { ...head, payload: bytes === undefined ? this.#inline(head.id) : this.#payload(head) }
  }

  #payload(head: Pick<LetterHead, 'id' | 'reason'>): Buffer {
    return this.#payloadsOf(head).get(head.id) ?? NOTHING
  }

  #inline(id: number): Buffer {
    const record = this.heads.get(id)
    return record === undefined ? NOTHING : inlinePayload(record)
  }

  #payloadsOf({ reason }: Pick<DeadLetter, 'reason'>): Table {
    return isHeld(reason.code) ? this.#held : this.#payloads
  }
}

function indexKeys(id: number, { reason, slot }: Pick<DeadLetter, 'reason' | 'slot'>): Key[] {
  const keys: Key[] = [
    [BY_REASON, reasonNumber(reason.code), id],
    [BY_SLOT, slot, id],
  ]
  if (isHeld(reason.code)) keys.push([HELD_BY_SLOT, slot, id])
  return keys
}
