import { type HandleAnswer, ResponseCode } from './answer.js'

export interface AnswerCacheOptions {
  /** Longest time for a record; its own shortest ttl is used if that is less. */
  readonly cacheSeconds: number
  /** For "there is no such handle" and "the resolver failed". */
  readonly negativeCacheSeconds: number
  readonly maxEntries: number
  readonly now: () => number
}

interface Entry {
  readonly answer: HandleAnswer
  readonly untilMs: number
}

/** Answers about how the question was asked, not about the handle: another asker may get another one. */
const NEVER_KEPT: ReadonlySet<ResponseCode> = new Set([
  ResponseCode.recursionLimit,
  ResponseCode.serverBusy,
  ResponseCode.accessDenied,
  ResponseCode.authenticationNeeded,
  ResponseCode.authenticationFailed,
])

/** What other resolvers said, for a while. A Map keeps the order of writing, so its first entry is the oldest. */
export class AnswerCache {
  readonly #options: AnswerCacheOptions
  readonly #entries = new Map<string, Entry>()

  constructor(options: AnswerCacheOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#entries.size
  }

  get(key: string): HandleAnswer | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.untilMs > this.#options.now()) return entry?.answer
    this.#entries.delete(key)
    return undefined
  }

  put(key: string, answer: HandleAnswer): void {
    this.#entries.delete(key)
    const seconds = this.#secondsFor(answer)
    if (seconds <= 0) return
    this.#entries.set(key, { answer, untilMs: this.#options.now() + seconds * 1_000 })
    if (this.#entries.size > this.#options.maxEntries) this.#dropOldest()
  }

  #secondsFor({ responseCode, values = [] }: HandleAnswer): number {
    if (NEVER_KEPT.has(responseCode)) return 0
    const { cacheSeconds, negativeCacheSeconds } = this.#options
    if (responseCode !== ResponseCode.success) return Math.min(negativeCacheSeconds, cacheSeconds)
    return Math.min(cacheSeconds, ...values.map(({ ttl }) => ttl))
  }

  #dropOldest(): void {
    for (const key of this.#entries.keys()) {
      this.#entries.delete(key)
      return
    }
  }
}
