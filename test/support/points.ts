import { FieldType, PointBatch, type Tag } from '../../src/core/point-batch.js'
import { DecodeError, type Decoder, newTopicMemory, type TopicMemory } from '../../src/decode/decoder.js'

/** A point of a batch, as plain values. */
export interface PlainPoint {
  readonly measurement: string
  readonly tags: readonly Tag[]
  /** Nanoseconds in decimal; empty: the time of arrival. */
  readonly time: string
  /** Field name → [type, text], in order. */
  readonly fields: readonly (readonly [name: string, type: TypeName, text: string])[]
}

export type TypeName = keyof typeof FieldType

const TYPE_NAMES = Object.keys(FieldType) as TypeName[]

export function pointsOf(batch: PointBatch): PlainPoint[] {
  return Array.from({ length: batch.points }, (_, p) => ({
    measurement: batch.measurements[p]!,
    tags: batch.tags[p]!.map(({ name, value }) => ({ name, value })),
    time: batch.times[p]!,
    fields: fieldsOf(batch, p),
  }))
}

function fieldsOf(batch: PointBatch, p: number): PlainPoint['fields'] {
  const from = batch.firstField[p]!
  return Array.from({ length: batch.firstField[p + 1]! - from }, (_, i) => [
    batch.names[from + i]!,
    TYPE_NAMES[batch.types[from + i]!]!,
    batch.texts[from + i]!,
  ])
}

export function batchOf(points: readonly PlainPoint[]): PointBatch {
  const batch = new PointBatch()
  for (const { measurement, tags, time, fields } of points) {
    for (const [name, type, text] of fields) batch.field(name, FieldType[type], text)
    batch.point(measurement, tags, time)
  }
  return batch
}

/** The points of a payload, or the error; anything but a DecodeError is thrown. */
export type Decoded = readonly PlainPoint[] | DecodeError

export function decode(
  decoder: Decoder,
  payload: Buffer | string,
  memory: TopicMemory = newTopicMemory('plant/line/value'),
  batch: PointBatch = new PointBatch(),
): Decoded {
  batch.clear()
  try {
    decoder.decode(Buffer.from(payload), memory, batch)
    return pointsOf(batch)
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** The points of a payload that must be accepted. */
export function accepted(decoder: Decoder, payload: Buffer | string, topic?: string): readonly PlainPoint[] {
  const decoded = decode(decoder, payload, topic === undefined ? undefined : newTopicMemory(topic))
  if (decoded instanceof DecodeError) throw decoded
  return decoded
}

/** The reason code of a payload that must be refused. */
export function refused(decoder: Decoder, payload: Buffer | string, topic?: string): string {
  const decoded = decode(decoder, payload, topic === undefined ? undefined : newTopicMemory(topic))
  if (decoded instanceof DecodeError) return decoded.code
  throw new Error(`accepted: ${JSON.stringify(decoded)}`)
}

/** Field name → text of the only point. */
export function only(
  points: readonly PlainPoint[],
): PlainPoint & { readonly values: Record<string, string> } {
  if (points.length !== 1) throw new Error(`${points.length} points`)
  const point = points[0]!
  return { ...point, values: Object.fromEntries(point.fields.map(([name, , text]) => [name, text])) }
}
