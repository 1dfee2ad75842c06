import { PointBatch } from '../../src/core/point-batch.js'
import {
  DecodeError,
  type DecoderContext,
  type DecoderOptions,
  newTopicMemory,
} from '../../src/decode/decoder.js'
import type { DocumentFormat } from '../../src/decode/documents/index.js'
import { type MappingConfig, MappingDecoder } from '../../src/decode/mapping/index.js'
import { newDecoderContext } from './decoder-context.js'
import { type PlainPoint, pointsOf } from './points.js'

export interface MappedPoint extends PlainPoint {
  readonly outcome: 'keep' | 'filter' | 'refuse'
  /** Code and message, of a point that does not pass. */
  readonly reason: string
  readonly device: object | undefined
  readonly units: readonly string[]
}

export interface MappedOptions extends Partial<DecoderOptions> {
  readonly topic?: string
  readonly format?: DocumentFormat
  readonly context?: DecoderContext
}

export function mappingDecoder(
  mapping: MappingConfig | undefined,
  options: MappedOptions = {},
): MappingDecoder {
  const { topic, format = 'json', context = newDecoderContext(), ...rest } = options
  const all = {
    timestampUnit: 'auto',
    fieldTypes: {},
    ...rest,
    ...(mapping !== undefined && { mapping }),
  } as const
  return new MappingDecoder(format, all, context)
}

/** The points of one payload; a value that is no text and no bytes is written as JSON. */
export function mapped(
  mapping: MappingConfig | undefined,
  payload: unknown,
  options: MappedOptions = {},
): readonly MappedPoint[] {
  return decodeWith(mappingDecoder(mapping, options), payload, options.topic)
}

export function decodeWith(
  decoder: MappingDecoder,
  payload: unknown,
  topic = 'plant/line/press',
): readonly MappedPoint[] {
  const batch = new PointBatch()
  const bytes = Buffer.isBuffer(payload)
    ? payload
    : Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  decoder.decode(bytes, newTopicMemory(topic), batch)
  return pointsOf(batch).map((point, p) => {
    const judgement = batch.judgements[p]!
    const from = batch.firstField[p]!
    return {
      ...point,
      outcome: judgement === 'keep' ? 'keep' : judgement.kind,
      reason:
        judgement === 'keep'
          ? ''
          : 'message' in judgement
            ? `${judgement.reason}: ${judgement.message}`
            : judgement.reason,
      device: batch.devices[p],
      units: batch.hasUnits ? batch.units.slice(from, batch.firstField[p + 1]!) : [],
    }
  })
}

/** Each point as `name=text …@time`, with `!` before those that do not pass. */
export function lines(points: readonly MappedPoint[]): string[] {
  return points.map(({ fields, time, outcome }) => {
    const text = fields.map(([name, , value]) => `${name}=${value}`).join(' ')
    return `${outcome === 'keep' ? '' : '!'}${text}@${time}`
  })
}

/** Code, and the place in the document as `a/0/b`, of a payload that must be refused. */
export function fault(
  mapping: MappingConfig | undefined,
  payload: unknown,
  options: MappedOptions = {},
): string {
  try {
    mapped(mapping, payload, options)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return error.path === undefined ? error.code : `${error.code} ${error.path.join('/')}`.trimEnd()
  }
  throw new Error('accepted')
}
