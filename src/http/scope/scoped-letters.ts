import type { StoredDeadLetter } from '../../core/dead-letter.js'
import { type LetterTest, lettersWithin } from '../../core/letter-scope.js'
import { REASONS } from '../../core/reasons.js'
import type { DeadLetterFilter, DeadLetterQuery, DeadLetterScan, DeviceDirectory } from '../../core/views.js'
import type { Letters, LettersOverview } from '../inputs.js'

const HELD: ReadonlySet<string> = new Set(['awaiting_birth', 'awaiting_names'])
const NOTHING = { count: 0, bytes: 0 }
/** Looked at to find the oldest and the newest letter. */
const MAX_SCANNED = 10_000

/** The dead letters of one part of the tree, as if there were no others. */
export class ScopedLetters implements Letters {
  readonly isIn: LetterTest
  readonly #letters: Letters

  constructor(letters: Letters, devices: DeviceDirectory, scope: string) {
    this.#letters = letters
    this.isIn = lettersWithin(scope, devices)
  }

  get lastId(): number {
    return this.#letters.lastId
  }

  get(id: number): StoredDeadLetter | undefined {
    const letter = this.#letters.get(id)
    return letter !== undefined && this.isIn(letter) ? letter : undefined
  }

  scan(query: DeadLetterQuery, maxScanned: number): DeadLetterScan {
    return this.#letters.scan(this.narrowed(query), maxScanned)
  }

  async discard(id: number): Promise<boolean> {
    return this.get(id) !== undefined && (await this.#letters.discard(id))
  }

  purge(filter: DeadLetterFilter, options?: Parameters<Letters['purge']>[1]): ReturnType<Letters['purge']> {
    return this.#letters.purge(this.narrowed(filter), options)
  }

  /** Without what was removed, of which nobody knows whose it was; bytes are those of payloads. */
  async summary(): Promise<LettersOverview> {
    const byReason: Record<string, number> = {}
    let all = NOTHING
    let held = NOTHING
    for (const reason of Object.keys(REASONS)) {
      const { count, bytes } = await this.purge({ reason }, { dryRun: true })
      if (count === 0) continue
      byReason[reason] = count
      all = { count: all.count + count, bytes: all.bytes + bytes }
      if (HELD.has(reason)) held = { count: held.count + count, bytes: held.bytes + bytes }
    }
    const { limits } = await this.#letters.summary()
    const times = { oldestMs: this.#timeOf(false), newestMs: this.#timeOf(true) }
    return { ...all, limits, ...times, byReason, held }
  }

  narrowed<F extends DeadLetterFilter>(filter: F): F {
    return { ...filter, isIn: this.isIn }
  }

  #timeOf(newestFirst: boolean): number {
    const [letter] = this.scan({ newestFirst, limit: 1 }, MAX_SCANNED).letters
    return letter?.timeMs ?? 0
  }
}
