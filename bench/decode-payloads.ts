import { Encoder } from 'cbor-x'
import { Packr } from 'msgpackr'
import { get as sparkplugOf } from 'sparkplug-payload'

/** Messages of each kind: values change from one to the next, as they do from devices. */
export const MESSAGES = 256
const FIRST_MS = 1_700_000_000_000

const cbor = new Encoder({ useRecords: false })
const packer = new Packr({ useRecords: false })
export const sparkplug = sparkplugOf('spBv1.0')!

export const cborBytes = (document: object): Buffer => cbor.encode(document)
export const messagePackBytes = (document: object): Buffer => packer.pack(document)
export const jsonBytes = (document: object): Buffer => Buffer.from(JSON.stringify(document))

export function messages(make: (message: number) => Buffer): readonly Buffer[] {
  return Array.from({ length: MESSAGES }, (_, message) => make(message))
}

/** A reading of two decimals, other in each message. */
function reading(message: number, field: number): number {
  return ((message * 7_919 + field * 104_729) % 100_000) / 100
}

function fieldName(field: number): string {
  return `zone_${field}_temperature`
}

/** One object, the fields of which are the point. */
export function flat(fields: number): (message: number) => object {
  const names = Array.from({ length: fields }, (_, field) => fieldName(field))
  return (message) => ({
    ts: FIRST_MS + message,
    ...Object.fromEntries(names.map((name, field) => [name, reading(message, field)])),
  })
}

/** A list of objects, one for each field. */
export function listed(fields: number): (message: number) => object {
  return (message) => ({
    timestamp: FIRST_MS + message,
    values: Array.from({ length: fields }, (_, field) => ({
      id: fieldName(field),
      v: reading(message, field),
      q: true,
    })),
  })
}

export function lines(fields: number): (message: number) => Buffer {
  return (message) => {
    const set = Array.from({ length: fields }, (_, field) => `${fieldName(field)}=${reading(message, field)}`)
    return Buffer.from(`telemetry ${set.join(',')} ${FIRST_MS + message}000000`)
  }
}

function metric(message: number, field: number) {
  const timestamp = FIRST_MS + message
  return { timestamp, type: 'Double', value: reading(message, field), alias: field + 1 } as const
}

export function sparkplugBirth(fields: number): Buffer {
  const bdSeq = { name: 'bdSeq', type: 'Int64', value: 0 } as const
  const metrics = Array.from({ length: fields }, (_, field) => ({
    ...metric(0, field),
    name: fieldName(field),
  }))
  return Buffer.from(sparkplug.encodePayload({ timestamp: FIRST_MS, seq: 0, metrics: [bdSeq, ...metrics] }))
}

/** Sequence numbers run on from one round of messages to the next. */
export function sparkplugData(fields: number): (message: number) => Buffer {
  return (message) => {
    const metrics = Array.from({ length: fields }, (_, field) => metric(message, field))
    const seq = (message + 1) % 256
    return Buffer.from(sparkplug.encodePayload({ timestamp: FIRST_MS + message, seq, metrics }))
  }
}
