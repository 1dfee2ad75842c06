import { STORED, type Verdict } from '../core/sink.js'

export interface Answer {
  readonly status: number
  /** The header, if there was one. */
  readonly retryAfter: string | undefined
  readonly body: string
}

/**
 * Client errors that are no fault of the points: a password, a missing database, a proxy in between. An operator mends
 * them, and until then the points wait.
 */
const CONDITIONS: ReadonlySet<number> = new Set([401, 402, 403, 404, 405, 407, 408, 421, 425, 426, 429])

/**
 * What an answer to a write means. InfluxDB 1.x answers 400 "partial write" when it stored some of the points; that is a
 * rejection as well, since writing those again changes nothing. A 413 is one too: halves may fit.
 */
export function verdictOf(answer: Answer, nowMs: number = Date.now()): Verdict {
  const { status, retryAfter } = answer
  if (status === 204 || status === 200) return STORED
  const reason = reasonOf(answer)
  if (status >= 400 && status < 500 && !CONDITIONS.has(status)) return { kind: 'rejected', reason }
  const afterMs = pauseOf(retryAfter, nowMs)
  return afterMs === undefined ? { kind: 'retry', reason } : { kind: 'retry', reason, afterMs }
}

/** The store's own words, or the status where it has none. */
function reasonOf({ status, body }: Answer): string {
  const words = wordsOf(body).trim()
  return words === '' ? `HTTP status ${status}` : words
}

function wordsOf(body: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    // Proxies and other stores answer in plain text.
    return body
  }
  if (typeof parsed !== 'object' || parsed === null) return body
  const { error, message, data } = parsed as Record<string, unknown>
  // InfluxDB 3 says in `error` that a write failed, and in `data` why, for each line.
  const why =
    Array.isArray(data) || (typeof data === 'object' && data !== null) ? `: ${JSON.stringify(data)}` : ''
  for (const words of [error, message]) if (typeof words === 'string' && words !== '') return words + why
  return body
}

/** Retry-After (RFC 9110, 10.2.3): seconds, or a date. */
function pauseOf(retryAfter: string | undefined, nowMs: number): number | undefined {
  if (retryAfter === undefined) return undefined
  if (/^\d+$/.test(retryAfter)) return Number(retryAfter) * 1000
  const date = Date.parse(retryAfter)
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs)
}
