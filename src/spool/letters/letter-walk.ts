import type { StoredDeadLetter } from '../../core/dead-letter.js'
import type { LetterTest } from '../../core/letter-scope.js'
import type { LetterSelection } from '../../core/replay.js'
import type { DeadLetterFilter, DeadLetterView } from '../../core/views.js'

/** Letters looked at in one go. */
const SCANNED_AT_ONCE = 1_000

/** Walks over selected letters, oldest first, those that come meanwhile left out. */
export class LetterWalk {
  readonly throughId: number
  /** Selected by their ids, and not there. */
  gone = 0
  readonly #letters: DeadLetterView
  readonly #filter: DeadLetterFilter
  readonly #isIn: LetterTest | undefined
  /** Descending: the next one is the last. */
  readonly #ids: number[] | undefined
  #next: number | undefined

  constructor(letters: DeadLetterView, { ids, filter = {}, isIn, afterId = 0, throughId }: LetterSelection) {
    this.throughId = throughId ?? letters.lastId
    this.#letters = letters
    this.#filter = filter
    this.#isIn = isIn
    this.#next = afterId
    this.#ids =
      ids === undefined ? undefined : [...new Set(ids)].filter((id) => id > afterId).sort((a, b) => b - a)
  }

  /** The id behind which it goes on; undefined at the end. */
  get next(): number | undefined {
    return this.#next
  }

  /** The next letters, `limit` at the most; there can be none, and still more to come. */
  slice(limit: number): readonly StoredDeadLetter[] {
    return this.#ids === undefined ? this.#search(limit) : this.#take(this.#ids, limit)
  }

  #search(limit: number): readonly StoredDeadLetter[] {
    const places = { afterId: this.#next ?? this.throughId, beforeId: this.throughId + 1 }
    const { letters, next } = this.#letters.scan({ ...this.#filter, ...places, limit }, SCANNED_AT_ONCE)
    this.#next = next
    return letters
  }

  #take(ids: number[], limit: number): readonly StoredDeadLetter[] {
    const taken: StoredDeadLetter[] = []
    for (let left = limit; left > 0 && ids.length > 0; left--) {
      const id = ids.pop()!
      const letter = this.#letters.get(id)
      if (letter === undefined || this.#isIn?.(letter) === false) this.gone++
      else taken.push(letter)
      this.#next = id
    }
    if (ids.length === 0) this.#next = undefined
    return taken
  }
}
