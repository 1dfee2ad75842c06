import { createHmac, randomBytes } from 'node:crypto'

export interface VerifiedCacheOptions {
  /** How long a password that was verified counts as verified. */
  readonly keepMs: number
  readonly maxEntries: number
}

const DEFAULTS: VerifiedCacheOptions = { keepMs: 60_000, maxEntries: 20_000 }

interface Entry {
  readonly name: string
  readonly untilMs: number
}

/**
 * Passwords that were verified lately, so that devices that come back together after a network fault cost a digest each.
 *
 * It holds no password, and nothing that one could be tried out against elsewhere: keyed digests, whose random key ends
 * with the process. The stored hash is a part of what is digested: a password that was changed is verified anew.
 */
export class VerifiedCache {
  readonly #key = randomBytes(32)
  readonly #options: VerifiedCacheOptions
  /** By digest, in order of time. */
  readonly #entries = new Map<string, Entry>()

  constructor(options: Partial<VerifiedCacheOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options }
  }

  get size(): number {
    return this.#entries.size
  }

  /** @param nowMs of any clock that does not go back; the same for all calls */
  has(name: string, password: string, stored: string, nowMs: number): boolean {
    const entry = this.#entries.get(this.#digest(name, password, stored))
    return entry !== undefined && nowMs < entry.untilMs
  }

  add(name: string, password: string, stored: string, nowMs: number): void {
    const digest = this.#digest(name, password, stored)
    this.#entries.delete(digest)
    this.#entries.set(digest, { name, untilMs: nowMs + this.#options.keepMs })
    if (this.#entries.size > this.#options.maxEntries) this.#dropOldest()
  }

  /** To be called when what the name may changes, or nothing is left of it. */
  forget(name: string): void {
    for (const [digest, entry] of this.#entries) if (entry.name === name) this.#entries.delete(digest)
  }

  #dropOldest(): void {
    for (const digest of this.#entries.keys()) {
      this.#entries.delete(digest)
      return
    }
  }

  /** Lengths go before the parts: no two of them can be read as one another. */
  #digest(name: string, password: string, stored: string): string {
    const hmac = createHmac('sha256', this.#key)
    for (const part of [name, stored, password]) hmac.update(`${Buffer.byteLength(part)}:`).update(part)
    return hmac.digest('base64url')
  }
}
