/** What the gateway's parts need of a logger; pino has this shape. ERROR means that an operator must act. */
export interface Logger {
  debug(fields: object, message: string): void
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
}

const MAX_LOGGED_CHARACTERS = 512

/** What strangers say of themselves, cut: a client id may have 65,535 bytes, and each may become six characters of a log line. */
export function shortened(text: string): string {
  return text.length <= MAX_LOGGED_CHARACTERS ? text : `${text.slice(0, MAX_LOGGED_CHARACTERS)}…`
}

interface Repeated {
  sinceMs: number
  suppressed: number
}

/**
 * Lets one line per key through in `everyMs` and counts the rest; the next line of the key says how many were
 * left out. For failures that repeat as long as their cause lasts.
 */
export class LogThrottle {
  readonly #everyMs: number
  readonly #now: () => number
  readonly #seen = new Map<string, Repeated>()

  constructor(everyMs: number, now: () => number = Date.now) {
    this.#everyMs = everyMs
    this.#now = now
  }

  /** Calls `write` with the number of lines left out since the last one, or counts this one as left out. */
  run(key: string, write: (suppressed: number) => void): void {
    const now = this.#now()
    const entry = this.#seen.get(key)
    if (entry !== undefined && now - entry.sinceMs < this.#everyMs) {
      entry.suppressed++
      return
    }
    if (this.#seen.size > 10_000) this.#seen.clear()
    this.#seen.set(key, { sinceMs: now, suppressed: 0 })
    write(entry?.suppressed ?? 0)
  }
}
