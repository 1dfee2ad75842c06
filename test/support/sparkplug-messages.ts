import { bytes, double, integer, message } from './protobuf.js'

/** A metric as it is to stand on the wire; what is left out is left out there. */
export interface TestMetric {
  readonly name?: string
  readonly alias?: number
  readonly type?: 'Int64' | 'Double' | 'Boolean' | 'String'
  readonly timestamp?: number
  readonly value?: number | boolean | string | null
  readonly historical?: boolean
  readonly quality?: number
  readonly unit?: string
}

export interface TestPayload {
  readonly timestamp?: number
  readonly seq?: number
  readonly bdSeq?: number
  readonly metrics?: readonly TestMetric[]
}

const DATATYPES = { Int64: 4, Double: 10, Boolean: 11, String: 12 } as const

/** Written by hand, so that it may also be what no library would write. */
export function payloadOf({ timestamp, seq, bdSeq, metrics = [] }: TestPayload): Buffer {
  const all: TestMetric[] = [...metrics]
  if (bdSeq !== undefined) all.push({ name: 'bdSeq', type: 'Int64', value: bdSeq })
  return Buffer.concat([
    ...(timestamp === undefined ? [] : [integer(1, timestamp)]),
    ...all.map((metric) => message(2, ...partsOf(metric))),
    ...(seq === undefined ? [] : [integer(3, seq)]),
  ])
}

function partsOf(metric: TestMetric): Buffer[] {
  const { name, alias, type, timestamp, value, historical, quality, unit } = metric
  const parts: Buffer[] = []
  if (name !== undefined) parts.push(bytes(1, name))
  if (alias !== undefined) parts.push(integer(2, alias))
  if (timestamp !== undefined) parts.push(integer(3, timestamp))
  if (type !== undefined) parts.push(integer(4, DATATYPES[type]))
  if (historical === true) parts.push(integer(5, true))
  if (value === null) parts.push(integer(7, true))
  if (quality !== undefined) parts.push(propertySet('Quality', integer(3, quality), 3))
  if (unit !== undefined) parts.push(propertySet('engUnit', bytes(8, unit), 12))
  if (value !== undefined && value !== null) parts.push(encoded(value, type))
  return parts
}

function propertySet(key: string, value: Buffer, type: number): Buffer {
  return message(9, bytes(1, key), message(2, integer(1, type), value))
}

function encoded(value: number | boolean | string, type: TestMetric['type']): Buffer {
  if (typeof value === 'string') return bytes(15, value)
  if (typeof value === 'boolean') return integer(14, value)
  return type === 'Double' || !Number.isInteger(value) ? double(13, value) : integer(11, value)
}
