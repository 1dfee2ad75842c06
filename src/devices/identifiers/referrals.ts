import { causeOf } from '../../core/errors.js'
import { type Logger, LogThrottle } from '../../core/logger.js'
import { AllowedAddresses, addressOf } from './allowed-addresses.js'
import { failure, type HandleAnswer } from './answer.js'
import { AnswerCache, type AnswerCacheOptions } from './answer-cache.js'
import { isUnder, type ParsedIdentifier } from './handle.js'
import { HOPS_HEADER, hopPath, isLoop, writeHops } from './hops.js'
import { parseAnswer, RemoteFault, readBounded } from './remote-answer.js'

/** Handles with this prefix are resolved by another gateway, or by a public resolver. */
export interface Referral {
  /** `88.608.8889`, a part of the tree such as `88.608`, or `*` for every other prefix. */
  readonly prefix: string
  /** Of the resolver; `/api/handles/<handle>` is added. */
  readonly url: string
  /** For the whole answer, redirects included. */
  readonly timeoutMs: number
}

export interface ReferralsInputs extends AnswerCacheOptions {
  readonly referrals: readonly Referral[]
  /** This gateway in the header of hops. */
  readonly self: string
  readonly logger: Logger
}

export interface Question {
  readonly identifier: ParsedIdentifier
  /** The gateways that it came through. */
  readonly hops: readonly string[]
  /** Ask, whatever was answered before. */
  readonly fresh: boolean
}

const ANY_PREFIX = '*'
const MAX_ANSWER_BYTES = 1_048_576
/** Larger answers are given, and not kept: the cache is bounded by its entries. */
const MAX_CACHED_BYTES = 65_536
const MAX_REDIRECTS = 3
/** Questions under way at once; each holds a connection. */
const MAX_RUNNING = 64
const LOG_EVERY_MS = 60_000

interface Asked {
  readonly answer: HandleAnswer
  readonly bytes: number
}

/** Resolution by others, by a table of prefixes. Every question ends with an answer; none throws. */
export class Referrals {
  readonly #inputs: ReferralsInputs
  readonly #addresses: AllowedAddresses
  readonly #cache: AnswerCache
  readonly #running = new Map<string, Promise<HandleAnswer>>()
  readonly #throttle: LogThrottle
  /** One for each question under way. */
  readonly #stops = new Set<AbortController>()
  #closing = false

  constructor(inputs: ReferralsInputs) {
    this.#inputs = inputs
    this.#addresses = new AllowedAddresses(inputs.referrals.map(({ url }) => url))
    this.#cache = new AnswerCache(inputs)
    this.#throttle = new LogThrottle(LOG_EVERY_MS, inputs.now)
  }

  /** Ends the questions under way. */
  async close(): Promise<void> {
    this.#closing = true
    for (const stop of this.#stops) stop.abort()
    await Promise.all(this.#running.values())
  }

  /** The referral of the longest prefix; undefined if the identifier is under none. */
  find(identifier: ParsedIdentifier): Referral | undefined {
    if (identifier.form !== 'handle') return undefined
    let best: Referral | undefined
    for (const referral of this.#inputs.referrals) {
      if (referral.prefix !== ANY_PREFIX && !isUnder(identifier.prefix, referral.prefix)) continue
      if (best === undefined || rank(referral) > rank(best)) best = referral
    }
    return best
  }

  /** All values that others have for the identifier. */
  async resolve(referral: Referral, question: Question): Promise<HandleAnswer> {
    const { identifier, hops } = question
    const { self } = this.#inputs
    if (isLoop(hops, self)) {
      return failure(identifier.text, 'LG_REFERRAL_LOOP', { path: hopPath([...hops, self]) })
    }
    const answer =
      (question.fresh ? undefined : this.#cache.get(identifier.key)) ?? this.#share(referral, question)
    // Another asker may have written the prefix in other letters.
    return { ...(await answer), handle: identifier.text }
  }

  /**
   * Askers of one handle who came the same way wait for one question. Only those: two gateways that ask each other at the
   * same time would wait for each other, where a question that goes on finds itself in a circle at once. It also ends a
   * loop through a resolver that does not pass the hops on: what comes back waits for the question that it came from,
   * whose time ends.
   */
  #share(referral: Referral, question: Question): Promise<HandleAnswer> {
    const { identifier, hops } = question
    const way = [...hops, identifier.key].join('\n')
    const running = this.#running.get(way)
    if (running !== undefined) return running
    if (this.#running.size >= MAX_RUNNING)
      return Promise.resolve(failure(identifier.text, 'LG_REFERRALS_BUSY'))
    const asked = this.#ask(referral, question).finally(() => this.#running.delete(way))
    this.#running.set(way, asked)
    return asked
  }

  async #ask(referral: Referral, question: Question): Promise<HandleAnswer> {
    const { key, text } = question.identifier
    try {
      const { answer, bytes } = await this.#inTime(referral.timeoutMs, (signal) =>
        this.#fetch(referral, question, signal),
      )
      if (bytes <= MAX_CACHED_BYTES) this.#cache.put(key, answer)
      return answer
    } catch (error) {
      if (this.#closing) return failure(text, 'LG_REFERRAL_FAILED', { ...referral, cause: CLOSING })
      this.#log(referral, error)
      const answer = failure(text, 'LG_REFERRAL_FAILED', { ...referral, cause: explain(error) })
      this.#cache.put(key, answer)
      return answer
    }
  }

  /**
   * With a timer of its own: a signal of `AbortSignal.timeout` that only `AbortSignal.any` refers to can be collected as
   * garbage in Node 20, and then never fires.
   */
  async #inTime(timeoutMs: number, work: (signal: AbortSignal) => Promise<Asked>): Promise<Asked> {
    const stop = new AbortController()
    const late = new RemoteFault(`did not answer within ${timeoutMs} ms`)
    const timer = setTimeout(() => stop.abort(late), timeoutMs)
    this.#stops.add(stop)
    try {
      return await work(stop.signal)
    } finally {
      clearTimeout(timer)
      this.#stops.delete(stop)
    }
  }

  async #fetch(
    referral: Referral,
    { identifier, hops, fresh }: Question,
    signal: AbortSignal,
  ): Promise<Asked> {
    const headers = {
      accept: 'application/json',
      // Bytes are counted as they are read; compressed ones would count for less than they become.
      'accept-encoding': 'identity',
      [HOPS_HEADER]: writeHops([...hops, this.#inputs.self]),
    }
    const address = addressOf(referral.url, identifier)
    if (fresh) address.searchParams.set('auth', 'true')
    const response = await this.#follow(address, { headers, signal, redirect: 'manual' })
    const text = await readBounded(response, MAX_ANSWER_BYTES)
    return { answer: parseAnswer(text, identifier.text, this.#inputs.now()), bytes: text.length }
  }

  async #follow(start: URL, init: RequestInit): Promise<Response> {
    let address = start
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      if (!this.#addresses.has(address)) {
        throw new RemoteFault('leads to an address that is not in the referral table')
      }
      const response = await fetch(address, init)
      const location = response.headers.get('location')
      if (response.status < 300 || response.status > 399 || location === null) return response
      await response.body?.cancel()
      if (!URL.canParse(location, address.href)) throw new RemoteFault('redirects to what is no address')
      address = new URL(location, address)
    }
    throw new RemoteFault(`redirects more than ${MAX_REDIRECTS} times`)
  }

  #log(referral: Referral, error: unknown): void {
    const cause = causeOf((error as Error).cause ?? error)
    this.#throttle.run(referral.url, (suppressed) =>
      this.#inputs.logger.warn({ ...referral, cause, suppressed }, 'A resolver of the referral table failed'),
    )
  }
}

const CLOSING = 'this gateway is stopping'

/** What the asker is told: the addresses inside the plant are for the log alone. */
function explain(error: unknown): string {
  if (error instanceof RemoteFault) return `it ${error.message}`
  return 'it cannot be reached'
}

/** Of referrals that fit, the one with the highest rank is used. */
export function rank({ prefix }: Pick<Referral, 'prefix'>): number {
  return prefix === ANY_PREFIX ? 0 : prefix.length
}
