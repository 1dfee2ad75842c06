/**
 * Sessions of people who signed in.
 *
 * Format. Table `people-sessions`: id → JSON of `Session`. The cookie has the token, `lgs_<id>_<secret>`; the disk has its
 * digest alone.
 *
 * Invariants. A session that has ended is unknown at once, in memory, whatever the disk says. A session begins in memory and
 * is written after: who signs in to make room on a full disk must be able to; such a session ends with the process.
 * When it was used last is written now and then, as a session that ends some minutes early after a restart harms nobody.
 */
import { causeOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore, Table } from '../../core/state.js'
import { isSameDigest, makeToken, type PresentedToken, parseToken } from '../secrets/tokens.js'

export const SESSION_PREFIX = 'lgs'
const WRITE_USE_AFTER_MS = 5 * 60_000

export interface SessionOptions {
  readonly idleMs: number
  readonly maxMs: number
  readonly perUser: number
}

export interface Session {
  readonly id: string
  /** Base64. */
  readonly digest: string
  readonly user: string
  readonly address: string
  readonly createdAtMs: number
  lastUsedAtMs: number
}

export interface NewSession {
  readonly session: Session
  /** For the cookie. */
  readonly token: string
}

export class Sessions {
  readonly #table: Table
  readonly #state: StateStore
  readonly #options: SessionOptions
  readonly #logger: Logger
  readonly #sessions = new Map<string, Session>()
  /** When the disk last heard of the use, by id. */
  readonly #writtenAtMs = new Map<string, number>()

  constructor(state: StateStore, options: SessionOptions, logger: Logger) {
    this.#state = state
    this.#table = state.table('people-sessions')
    this.#options = options
    this.#logger = logger
  }

  load(): void {
    for (const { key, value } of this.#table.entries()) {
      try {
        const session = JSON.parse(value.toString()) as Session
        this.#sessions.set(String(key), session)
        this.#writtenAtMs.set(String(key), session.lastUsedAtMs)
      } catch (error) {
        this.#logger.warn({ session: key, cause: causeOf(error) }, 'A session cannot be read; it has ended.')
      }
    }
  }

  /** The oldest ones of the user beyond `perUser` are to be ended by the caller: `excess`. */
  begin(user: string, address: string, nowMs: number): NewSession {
    const { text, id, digest } = makeToken(SESSION_PREFIX)
    const session = {
      id,
      digest: digest.toString('base64'),
      user,
      address,
      createdAtMs: nowMs,
      lastUsedAtMs: nowMs,
    }
    this.#sessions.set(id, session)
    this.#write(session)
    return { session, token: text }
  }

  /** Undefined for a token that is of no session, or of one that has ended. */
  find(token: string, nowMs: number): Session | undefined {
    const presented = parseToken(SESSION_PREFIX, token)
    const session = presented === undefined ? undefined : this.#sessions.get(presented.id)
    if (presented === undefined || session === undefined || !isOf(presented, session)) return undefined
    return this.isOver(session, nowMs) ? undefined : session
  }

  get(id: string): Session | undefined {
    return this.#sessions.get(id)
  }

  use(session: Session, nowMs: number): void {
    session.lastUsedAtMs = nowMs
    if (nowMs - (this.#writtenAtMs.get(session.id) ?? 0) >= WRITE_USE_AFTER_MS) this.#write(session)
  }

  isOver({ createdAtMs, lastUsedAtMs }: Session, nowMs: number): boolean {
    const { idleMs, maxMs } = this.#options
    return nowMs - lastUsedAtMs >= idleMs || nowMs - createdAtMs >= maxMs
  }

  remove(id: string): void {
    this.#sessions.delete(id)
    this.#writtenAtMs.delete(id)
    this.#commit(() => this.#table.remove(id))
  }

  all(): Session[] {
    return [...this.#sessions.values()]
  }

  ofUser(user: string): Session[] {
    return this.all().filter((session) => session.user === user)
  }

  /** Those of the user that are too many, the oldest first. */
  excess(user: string): Session[] {
    const own = this.ofUser(user).sort((a, b) => a.createdAtMs - b.createdAtMs)
    return own.slice(0, Math.max(0, own.length - this.#options.perUser))
  }

  #write(session: Session): void {
    this.#writtenAtMs.set(session.id, session.lastUsedAtMs)
    this.#commit(() => this.#table.put(session.id, Buffer.from(JSON.stringify(session))))
  }

  #commit(write: () => void): void {
    this.#state.commit(write).catch((error: unknown) => {
      this.#logger.error({ cause: causeOf(error) }, 'Sessions of people cannot be written to the disk.')
    })
  }
}

function isOf({ digest }: PresentedToken, session: Session): boolean {
  return isSameDigest(digest, Buffer.from(session.digest, 'base64'))
}
