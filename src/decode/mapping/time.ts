import { DecodeError, type TimestampUnit } from '../decoder.js'
import type { Document } from '../documents/index.js'
import { toNanoseconds } from '../timestamp.js'
import type { MappingOptions, OperandConfig, PlusConfig, TimeConfig } from './config.js'
import { type Decimal, parseDecimal, wholeProduct } from './decimal.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { compileFrom, compileReferences, constantReader, type Reader } from './reader.js'
import { plainText } from './text.js'
import { Zone } from './zone.js'

/** Decimals that a unit lacks to nanoseconds. */
const ZEROS = { s: 9, ms: 6, us: 3, ns: 0 } as const
const ONE: Decimal = { digits: 1n, scale: 0 }

interface Plus {
  readonly times: Reader | undefined
  readonly interval: Reader
  readonly zeros: number
}

/** When a record was taken, in nanoseconds since the epoch as decimal text; empty: the time of arrival. */
export class RecordTime {
  readonly reader: Reader
  readonly #unit: TimestampUnit
  readonly #zone: Zone | undefined
  readonly #plus: readonly Plus[]
  readonly #isRequired: boolean
  /** Records of one message often have one time: what was found last. */
  #lastValue: Document | undefined
  #lastNs = ''
  /** Whether all records of a message have one time, and what it is, once it was found in the message at hand. */
  readonly #isOne: boolean
  #one: string | undefined

  constructor(
    reader: Reader,
    unit: TimestampUnit,
    config: Omit<TimeConfig, 'from'> = {},
    plus: readonly Plus[] = [],
  ) {
    this.reader = reader
    this.#unit = config.unit ?? unit
    this.#zone = config.zone === undefined ? undefined : new Zone(config.zone)
    this.#isRequired = config.required === true
    this.#plus = plus
    this.#isOne = reader.perMessage && plus.length === 0
  }

  /** @throws {DecodeError} bad_timestamp */
  read(frame: Frame): string {
    if (!this.#isOne) return this.#ofRecord(frame)
    this.#one ??= this.#ofRecord(frame)
    return this.#one
  }

  #ofRecord(frame: Frame): string {
    const value = this.reader.read(frame)
    if (value === undefined || value === null) return this.#missing(frame)
    const base = value === this.#lastValue ? this.#lastNs : this.#convert(value, frame)
    return this.#plus.length === 0 ? base : this.#later(base, frame)
  }

  /** Forgets what was found in the message before. */
  beginMessage(): void {
    this.#lastValue = undefined
    this.#one = undefined
  }

  #missing(frame: Frame): string {
    if (!this.#isRequired) return ''
    throw new DecodeError('bad_timestamp', 'the record has no time', this.reader.locate(frame))
  }

  #convert(value: Document, frame: Frame): string {
    const text = typeof value === 'boolean' ? undefined : plainText(value)
    const ns = text === undefined ? undefined : timeOf(text, this.#unit, this.#zone)
    if (ns === undefined) {
      const shown = text === undefined ? 'the time' : text.slice(0, 40)
      throw new DecodeError(
        'bad_timestamp',
        `${shown} is no timestamp in unit ${this.#unit}`,
        this.reader.locate(frame),
      )
    }
    this.#lastValue = value
    this.#lastNs = ns
    return ns
  }

  #later(base: string, frame: Frame): string {
    let ns = BigInt(base)
    for (const { times, interval, zeros } of this.#plus)
      ns += wholeProduct(
        times === undefined ? ONE : decimalOf(times, frame),
        decimalOf(interval, frame),
        zeros,
      )
    const later = ns < 0n ? undefined : toNanoseconds(String(ns), 'ns')
    if (later !== undefined) return later
    throw new DecodeError(
      'bad_timestamp',
      `${ns} ns is no time that can be stored`,
      this.reader.locate(frame),
    )
  }
}

function timeOf(text: string, unit: TimestampUnit, zone: Zone | undefined): string | undefined {
  const isLocal = zone !== undefined && (unit === 'auto' || unit === 'iso8601') && zone.isLocal(text)
  return isLocal ? zone.toNanoseconds(text) : toNanoseconds(text, unit)
}

function decimalOf(reader: Reader, frame: Frame): Decimal {
  const text = plainText(reader.read(frame))
  const decimal = text === undefined ? undefined : parseDecimal(text)
  if (decimal !== undefined) return decimal
  const shown = text === undefined ? 'there is no number' : `${text.slice(0, 40)} is no number`
  throw new DecodeError('bad_timestamp', `${shown} to add to the time`, reader.locate(frame))
}

export function compileTime(config: TimeConfig, options: MappingOptions, place: Place): RecordTime {
  const plus = config.plus === undefined ? [] : [config.plus].flat()
  if (
    config.zone !== undefined &&
    config.unit !== undefined &&
    config.unit !== 'auto' &&
    config.unit !== 'iso8601'
  )
    place.at('zone').violation(`is for texts; the unit is ${config.unit}`)
  const isList = Array.isArray(config.plus)
  return new RecordTime(
    compileFrom(config.from, place.at('from')),
    options.timestampUnit,
    config,
    plus.map((one, at) => compilePlus(one, isList ? place.at('plus', at) : place.at('plus'))),
  )
}

function compilePlus({ times, interval, unit = 'ms' }: PlusConfig, place: Place): Plus {
  return {
    times: times === undefined ? undefined : operand(times, place.at('times')),
    interval: operand(interval, place.at('interval')),
    zeros: ZEROS[unit],
  }
}

function operand(config: OperandConfig, place: Place): Reader {
  return typeof config === 'number' ? constantReader(config) : compileReferences(config, place)
}
