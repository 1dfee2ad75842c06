import { isUtf8 } from 'node:buffer'
import { type Static, Type } from 'typebox'
import type { StoredDeadLetter } from '../core/dead-letter.js'
import { DevicePath, Time } from './schema-parts.js'

const Payload = Type.Object({
  encoding: Type.Enum(['utf8', 'base64'], { description: 'base64 where the payload is not text.' }),
  text: Type.String(),
  bytes: Type.Integer({ description: 'Size of the whole payload.' }),
  truncated: Type.Boolean({ description: 'text is only the beginning.' }),
})

export const LetterJson = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum(['message', 'line'], {
    description:
      'message: as it came in, and could not be decoded. line: line protocol that a sink or a check refused.',
  }),
  time: Time,
  device: DevicePath,
  slot: Type.Integer({ minimum: 0, description: 'Where the ledger counts it; 0 where no device is known.' }),
  topic: Type.String(),
  qos: Type.Integer({ minimum: 0, maximum: 2 }),
  clientId: Type.String(),
  sink: Type.String({ description: 'The sink that refused the line, else empty.' }),
  reason: Type.Object({ code: Type.String(), message: Type.String() }),
  payload: Payload,
})
export type LetterJson = Static<typeof LetterJson>

const { payload: _, ...Head } = LetterJson.properties

export const WholeLetterJson = Type.Object({
  ...Head,
  payload: Type.Object({
    ...Payload.properties,
    base64: Type.String({ description: 'The payload, whatever it is.' }),
    hex: Type.Optional(Type.String({ description: 'Of a payload that is not text.' })),
  }),
})
export type WholeLetterJson = Static<typeof WholeLetterJson>

export function toWholeLetterJson(letter: StoredDeadLetter): WholeLetterJson {
  const { payload, ...head } = toLetterJson(letter)
  const base64 = letter.payload.toString('base64')
  const hex = payload.encoding === 'utf8' ? {} : { hex: letter.payload.toString('hex') }
  return { ...head, payload: { ...payload, base64, ...hex } }
}

/** @param maxBytes of the payload that are shown. */
export function toLetterJson(letter: StoredDeadLetter, maxBytes = Number.POSITIVE_INFINITY): LetterJson {
  const { id, kind, timeMs, device, slot, topic, qos, clientId, sink, reason, payload } = letter
  const { code, message } = reason
  return {
    id,
    kind,
    time: new Date(timeMs).toISOString(),
    device,
    slot,
    topic,
    qos,
    clientId,
    sink,
    reason: { code, message },
    payload: showPayload(payload, maxBytes),
  }
}

function showPayload(payload: Buffer, maxBytes: number): Static<typeof Payload> {
  const encoding = isUtf8(payload) ? 'utf8' : 'base64'
  const truncated = payload.length > maxBytes
  const end = truncated ? cutAt(payload, maxBytes, encoding) : payload.length
  return { encoding, text: payload.toString(encoding, 0, end), bytes: payload.length, truncated }
}

/** Text is cut between two characters: the bytes after the first of one are 10xxxxxx. */
function cutAt(payload: Buffer, maxBytes: number, encoding: 'utf8' | 'base64'): number {
  let end = maxBytes
  while (encoding === 'utf8' && end > 0 && (payload[end]! & 0xc0) === 0x80) end--
  return end
}
