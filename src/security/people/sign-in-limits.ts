/**
 * How often a password may be tried.
 *
 * Three counts, each with a limit within ten minutes, past which each further failure doubles the wait (1 s, 2 s, 4 s … 5
 * minutes):
 *
 *     place      all failures from there, whatever the name: against trying one password with many names
 *     account    the failures for one name from all places that it never signed in from: against trying many passwords
 *     known      the failures for one name from one place that it did sign in from
 *
 * Nobody can lock an account out: whoever fails on purpose fills `account` and waits, while its owner, at a place that is
 * known, is counted apart. No wait is longer than five minutes, none is stored, and the command line on the gateway's own machine
 * waits for nothing.
 *
 * A try counts as a failure from its beginning, so that many at once are no way around; a good password takes it back. Names
 * that nobody has count like others: the limits do not tell who exists.
 *
 * A place is an IPv4 address, or the 64 bits of an IPv6 address that one host can choose freely below. The counts are
 * in memory and bounded; the oldest goes first.
 */
import { addressKey } from '../../core/address-key.js'
import { GatewayError } from '../../core/errors.js'

const WINDOW_MS = 10 * 60_000
const FIRST_WAIT_MS = 1_000
const MAX_WAIT_MS = 5 * 60_000
const MAX_COUNTS = 20_000

export interface SignInLimitOptions {
  readonly failuresPerAccount: number
  readonly failuresPerAddress: number
}

interface Count {
  failures: number
  lastMs: number
  waitUntilMs: number
}

/** One try, which counts as failed until it is said to be good. */
export interface Try {
  succeeded(): void
  /** It was not looked at. */
  withdrawn(): void
}

export class SignInLimits {
  readonly #options: SignInLimitOptions
  readonly #now: () => number
  /** By what they count, those that failed last at the end. */
  readonly #counts = new Map<string, Count>()

  constructor(options: SignInLimitOptions, now: () => number) {
    this.#options = options
    this.#now = now
  }

  /** @throws {GatewayError} LG_SIGN_IN_BLOCKED with `seconds` to wait */
  begin(name: string, address: string, knownPlaces: readonly string[] = []): Try {
    const place = addressKey(address)
    const isKnown = knownPlaces.includes(place)
    const account = isKnown ? `known ${name} ${place}` : `account ${name}`
    const keys = [
      [`place ${place}`, this.#options.failuresPerAddress],
      [account, this.#options.failuresPerAccount],
    ] as const
    this.#refuse(keys.map(([key]) => key))
    for (const [key, limit] of keys) this.#fail(key, limit)
    const takeBack = () => {
      for (const [key, limit] of keys) this.#takeBack(key, limit)
    }
    return {
      succeeded: () => (isKnown ? this.#forgive(account, takeBack) : takeBack()),
      withdrawn: takeBack,
    }
  }

  #refuse(keys: readonly string[]): void {
    const now = this.#now()
    const until = Math.max(...keys.map((key) => this.#counts.get(key)?.waitUntilMs ?? 0))
    if (until <= now) return
    throw new GatewayError('LG_SIGN_IN_BLOCKED', { seconds: Math.ceil((until - now) / 1_000) })
  }

  #fail(key: string, limit: number): void {
    const now = this.#now()
    const before = this.#counts.get(key)
    const failures = before === undefined || now - before.lastMs > WINDOW_MS ? 1 : before.failures + 1
    this.#counts.delete(key)
    this.#counts.set(key, { failures, lastMs: now, waitUntilMs: now + waitAfter(failures, limit) })
    if (this.#counts.size <= MAX_COUNTS) return
    for (const oldest of this.#counts.keys()) {
      this.#counts.delete(oldest)
      return
    }
  }

  /** Whoever knows one password must not be able to wipe out what they did to others. */
  #takeBack(key: string, limit: number): void {
    const count = this.#counts.get(key)
    if (count === undefined) return
    count.failures--
    if (count.failures === 0) this.#counts.delete(key)
    else count.waitUntilMs = Math.min(count.waitUntilMs, this.#now() + waitAfter(count.failures, limit))
  }

  #forgive(account: string, takeBack: () => void): void {
    takeBack()
    this.#counts.delete(account)
  }
}

function waitAfter(failures: number, limit: number): number {
  if (failures < limit) return 0
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(30, failures - limit))
}
