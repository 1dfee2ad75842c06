import { isUtf8 } from 'node:buffer'
import { GatewayError } from '../core/errors.js'
import type { TrialMessage } from '../core/trial.js'

/**
 * A capture is text, one message a line, as JSON: `time` of arrival (RFC 3339), `topic`, `qos`, `retain`, and the payload,
 * as `payload` where it is UTF-8, else as `base64`.
 */
export interface CapturedMessage {
  readonly time: string
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly payload?: string
  readonly base64?: string
}

/** Who sent it is not told to subscribers. */
const CLIENT_ID = 'capture'
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const BYTE_ORDER_MARK = '\uFEFF'

/** A line, with its newline. */
export function captureLine(
  message: { topic: string; qos: 0 | 1 | 2; retain: boolean; payload: Buffer },
  timeMs = Date.now(),
): string {
  const { topic, qos, retain, payload } = message
  const body = isUtf8(payload) ? { payload: payload.toString() } : { base64: payload.toString('base64') }
  const captured: CapturedMessage = { time: new Date(timeMs).toISOString(), topic, qos, retain, ...body }
  return `${JSON.stringify(captured)}\n`
}

/**
 * The messages of a capture. Whoever writes one by hand may leave out `qos` and `retain`, which make no difference to what
 * the points are.
 * @throws {GatewayError} LG_CAPTURE_INVALID with the first line that is none
 */
export function readCapture(text: string, file: string): TrialMessage[] {
  const lines = (text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text).split('\n')
  return lines.flatMap((line, i) => {
    if (line.trim() === '') return []
    const read = messageOf(line)
    if (typeof read === 'string')
      throw new GatewayError('LG_CAPTURE_INVALID', { file, line: i + 1, cause: read })
    return [read]
  })
}

/** Or what is wrong with the line. */
function messageOf(line: string): TrialMessage | string {
  const captured = parsed(line)
  if (captured === undefined) return 'it is no JSON object'
  const { topic, time, payload, base64 } = captured
  const arrivalMs = typeof time === 'string' ? Date.parse(time) : Number.NaN
  if (typeof topic !== 'string' || topic === '') return 'it has no topic'
  if (Number.isNaN(arrivalMs)) return 'it has no time such as 2026-01-31T08:00:00.000Z'
  if ((payload === undefined) === (base64 === undefined)) return 'it needs either payload or base64'
  const body = payload === undefined ? bytesOf(base64) : textOf(payload)
  return body === undefined
    ? 'payload is no text, or base64 is none'
    : { topic, payload: body, clientId: CLIENT_ID, arrivalMs }
}

function textOf(payload: unknown): Buffer | undefined {
  return typeof payload === 'string' ? Buffer.from(payload) : undefined
}

function bytesOf(base64: unknown): Buffer | undefined {
  return typeof base64 === 'string' && BASE64.test(base64) ? Buffer.from(base64, 'base64') : undefined
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
