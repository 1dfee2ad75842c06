/**
 * Counts connections, in total and by address, and says which of them are too many.
 *
 * Invariants. An address has an entry while it has connections, so that there are no more of these than connections. One
 * without connections keeps its entry at least until its budget of new ones is full again, when a new entry would be the
 * same; past MAX_IDLE of those, the oldest go.
 *
 * The idle ones are kept in two generations, of which the older goes as a whole: taking the oldest out of one map would
 * take the longer, the more were taken out before.
 */

import { addressKey } from '../../core/address-key.js'
import { TokenBucket } from '../../core/token-bucket.js'
import type { BrokerLimits } from '../limits.js'

export type AddressLimit = 'connections' | 'connectionsPerAddress' | 'connectsPerAddress'

export type AddressLimits = Pick<BrokerLimits, AddressLimit>

interface Entry {
  connections: number
  /** Absent without a limit. */
  readonly bucket: TokenBucket | undefined
}

const MAX_IDLE = 65_536
/** Seconds' worth of new connections that may come at once. */
const BURST_SECONDS = 10
export class AddressGate {
  readonly #limits: AddressLimits
  readonly #nowMs: () => number
  readonly #active = new Map<string, Entry>()
  #idle = new Map<string, Entry>()
  #longIdle = new Map<string, Entry>()
  #turnedAtMs = 0
  #connections = 0

  constructor(limits: AddressLimits, nowMs: () => number = () => performance.now()) {
    this.#limits = limits
    this.#nowMs = nowMs
  }

  /** Connections now. */
  get connections(): number {
    return this.#connections
  }

  /** Addresses that something is kept of. */
  get addresses(): number {
    return this.#active.size + this.#idle.size + this.#longIdle.size
  }

  /** Counts a connection, which `leave` must be called for; or names the limit that it would exceed. */
  enter(address: string): AddressLimit | undefined {
    const now = this.#nowMs()
    this.#turn(now)
    if (isReached(this.#connections, this.#limits.connections)) return 'connections'
    const key = addressKey(address)
    const entry = this.#active.get(key) ?? this.#idleOf(key) ?? this.#newEntry(now)
    if (isReached(entry.connections, this.#limits.connectionsPerAddress)) return 'connectionsPerAddress'
    if (entry.bucket?.take(1, now) === false) return 'connectsPerAddress'
    entry.connections++
    this.#connections++
    this.#forgetIdle(key)
    this.#active.set(key, entry)
    return undefined
  }

  leave(address: string): void {
    const key = addressKey(address)
    const entry = this.#active.get(key)
    if (entry === undefined) return
    this.#connections--
    entry.connections--
    if (entry.connections > 0) return
    this.#active.delete(key)
    if (entry.bucket === undefined || entry.bucket.isFull(this.#nowMs())) return
    this.#idle.set(key, entry)
  }

  #newEntry(now: number): Entry {
    const rate = this.#limits.connectsPerAddress
    return {
      connections: 0,
      bucket: rate === 0 ? undefined : new TokenBucket(rate, rate * BURST_SECONDS, now),
    }
  }

  #idleOf(key: string): Entry | undefined {
    return this.#idle.get(key) ?? this.#longIdle.get(key)
  }

  #forgetIdle(key: string): void {
    this.#idle.delete(key)
    this.#longIdle.delete(key)
  }

  /** Each generation takes as long as a budget takes to be full. */
  #turn(now: number): void {
    const isDue = now - this.#turnedAtMs >= BURST_SECONDS * 1_000
    if (!isDue && this.#idle.size < MAX_IDLE / 2) return
    this.#longIdle = this.#idle
    this.#idle = new Map()
    this.#turnedAtMs = now
  }
}

function isReached(count: number, limit: number): boolean {
  return limit !== 0 && count >= limit
}
