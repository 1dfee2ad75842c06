import { type HandleAnswer, isResponseCode, ResponseCode } from './answer.js'
import { DEFAULT_TTL_S, type HandleValue } from './record.js'

/** Why another resolver's answer is not used, in words that go on from "the resolver". */
export class RemoteFault extends Error {}

const MAX_MESSAGE_CHARACTERS = 500
const MAX_INDEX = 2 ** 32 - 1

type Json = Readonly<Record<string, unknown>>

/** The body as text; it is cut off as soon as it is larger than allowed. @throws {RemoteFault} */
export async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw new RemoteFault(`answered with more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * What another resolver answered, with nothing in it but what the Handle protocol has. Its `handle` is that of the
 * question. @throws {RemoteFault}
 */
export function parseAnswer(text: string, handle: string, nowMs: number): HandleAnswer {
  const body = asObject(parseJson(text))
  const responseCode = body?.responseCode
  if (body === undefined || !isResponseCode(responseCode)) {
    throw new RemoteFault('answered with something that is no Handle record')
  }
  if (responseCode === ResponseCode.success) {
    return { responseCode, handle, values: parseValues(body.values, nowMs) }
  }
  const { message } = body
  return {
    responseCode,
    handle,
    ...(typeof message === 'string' ? { message: message.slice(0, MAX_MESSAGE_CHARACTERS) } : {}),
  }
}

function parseValues(values: unknown, nowMs: number): HandleValue[] {
  if (!Array.isArray(values)) throw new RemoteFault('answered with a record without values')
  return values.map((value) => parseValue(value, nowMs))
}

function parseValue(given: unknown, nowMs: number): HandleValue {
  const { index, type, data, ttl, timestamp } = asObject(given) ?? {}
  const content = asObject(data)
  if (!isIndex(index) || typeof type !== 'string' || typeof content?.format !== 'string') {
    throw new RemoteFault('answered with a value that is not of the Handle protocol')
  }
  return {
    index,
    type,
    data: { format: content.format, value: content.value ?? '' },
    ttl: secondsOf(ttl, nowMs),
    timestamp: typeof timestamp === 'string' ? timestamp : new Date(0).toISOString(),
  }
}

function isIndex(index: unknown): index is number {
  return typeof index === 'number' && Number.isInteger(index) && index >= 0 && index <= MAX_INDEX
}

/** A ttl is a number of seconds, or (rarely) the time at which it ends. */
function secondsOf(ttl: unknown, nowMs: number): number {
  if (typeof ttl === 'number' && Number.isFinite(ttl)) return Math.max(0, Math.floor(ttl))
  if (typeof ttl !== 'string') return DEFAULT_TTL_S
  const seconds = Math.floor((Date.parse(ttl) - nowMs) / 1_000)
  return Number.isNaN(seconds) ? DEFAULT_TTL_S : Math.max(0, seconds)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return undefined
  }
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined
}
