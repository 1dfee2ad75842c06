import { detached, LONG_TEXT } from '../core/detached.js'
import { Generations } from '../core/generations.js'
import {
  LineProtocolError,
  LineProtocolParser,
  type ParsedSeries,
  parseSeries,
} from '../core/line-protocol-parser.js'
import { FieldType, type PointBatch } from '../core/point-batch.js'
import {
  DecodeError,
  type Decoder,
  type DecoderOptions,
  type FieldTypeName,
  type TimestampUnit,
  type TopicMemory,
} from './decoder.js'
import { checkDistinct, NameTable } from './field-names.js'
import { toNanoseconds } from './timestamp.js'
import { addFloat, addTyped } from './typed-field.js'
import { utf8Text } from './utf8-text.js'

const REMEMBERED_SERIES = 4_096

/**
 * InfluxDB line protocol: one point per line, with a measurement and tags of its own. The tags of the device win over
 * tags of the same name. Field types are those of the lines. Times are in the unit of the route; `auto` finds it by
 * magnitude, since devices write milliseconds as often as the nanoseconds that are InfluxDB's default.
 */
export class LineProtocolDecoder implements Decoder {
  readonly #unit: TimestampUnit
  readonly #types: ReadonlyMap<string, FieldTypeName>
  readonly #parser = new LineProtocolParser()
  readonly #names = new NameTable()
  readonly #series = new Generations<ParsedSeries>(REMEMBERED_SERIES)
  #isLong = false

  constructor({ timestampUnit, fieldTypes }: DecoderOptions) {
    this.#unit = timestampUnit
    this.#types = new Map(Object.entries(fieldTypes))
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const text = utf8Text(payload)
    this.#isLong = text.length > LONG_TEXT
    this.#parser.open(text)
    try {
      while (this.#parser.next()) this.#addPoint(memory, batch)
    } catch (error) {
      throw error instanceof LineProtocolError ? new DecodeError(error.code, error.message) : error
    }
    if (batch.points === 0) throw new DecodeError('no_fields', 'the payload holds no point')
  }

  #addPoint(memory: TopicMemory, batch: PointBatch): void {
    const { fields, names, types, texts, series, time } = this.#parser
    for (let f = 0; f < fields; f++) {
      const text = this.#isLong ? detached(texts[f]!) : texts[f]!
      this.#addField(batch, this.#names.get(names[f]!), types[f]!, text)
    }
    checkDistinct(batch, memory)
    const { measurement, tags } = this.#series.get(series) ?? this.#newSeries(series)
    batch.point(measurement, tags, this.#toNanoseconds(time))
  }

  #addField(batch: PointBatch, name: string, found: FieldType, text: string): void {
    const declared = this.#types.get(name)
    if (declared !== undefined) addTyped(batch, name, declared, found, text)
    else if (found === FieldType.float) addFloat(batch, name, text)
    else batch.field(name, found, text)
  }

  #newSeries(series: string): ParsedSeries {
    const copy = detached(series)
    const parsed = parseSeries(copy)
    this.#series.set(copy, parsed)
    return parsed
  }

  #toNanoseconds(time: string): string {
    if (time === '') return ''
    const ns = toNanoseconds(time, this.#unit)
    if (ns !== undefined) return ns
    throw new DecodeError('bad_timestamp', `${time.slice(0, 40)} is no timestamp in unit ${this.#unit}`)
  }
}
