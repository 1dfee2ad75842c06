import { DecodeError } from '../../decoder.js'
import { Cursor, textAt, unsignedText, WireType } from './cursor.js'

/** Where the value of a metric stands on the wire: the number of its field in `Metric`. */
export const ValueKind = {
  none: 0,
  int: 10,
  long: 11,
  float: 12,
  double: 13,
  boolean: 14,
  string: 15,
  bytes: 16,
  dataSet: 17,
  template: 18,
  extension: 19,
} as const

const MAX_METRICS = 262_144
/** Columns that a message made longer are given back with the next one: one that was made to be large must not stay. */
const MAX_KEPT_METRICS = 16_384

/**
 * Metrics by columns, reused from message to message; all are valid until the next `clear`.
 *
 *     metric i  names[i]  aliases[i]  timestamps[i]  datatypes[i]  isHistorical[i]  isTransient[i]  isNull[i]
 *               kinds[i]: where its value is, and
 *                 int, long, boolean                  lows[i], highs[i]: the bits
 *                 float, double                       starts[i]: position of the fixed bytes
 *                 string, bytes, data set, template   starts[i] … ends[i]
 *               propertyStarts[i] … propertyEnds[i]; start −1: none
 *
 * What is not asked for is not looked into: properties and composite values stay bytes until then.
 */
export class MetricTable {
  metrics = 0
  /** '' where the metric has only an alias. */
  readonly names: string[] = []
  /** Decimal digits; '' where there is none (0 is an alias like any other). */
  readonly aliases: string[] = []
  /** Epoch milliseconds in decimal; '' where there is none. */
  readonly timestamps: string[] = []
  /** 0 where there is none. */
  readonly datatypes: number[] = []
  readonly isHistorical: boolean[] = []
  readonly isTransient: boolean[] = []
  /** Said to be null, or without any value. */
  readonly isNull: boolean[] = []
  readonly kinds: number[] = []
  readonly lows: number[] = []
  readonly highs: number[] = []
  readonly starts: number[] = []
  readonly ends: number[] = []
  readonly propertyStarts: number[] = []
  readonly propertyEnds: number[] = []
  /** The message that the positions are in. */
  bytes: Buffer = Buffer.alloc(0)
  readonly #cursor = new Cursor()
  /**
   * What stood at each place last: edge nodes send the same metrics in the same order, and a text that is kept is
   * neither made nor hashed again.
   */
  readonly #knownNames: string[] = []
  readonly #knownAliases: string[] = []
  readonly #knownLows: number[] = []
  readonly #knownHighs: number[] = []
  /** Metrics of one message mostly share one timestamp, which is then written in decimal once. */
  #timeLow = 0
  #timeHigh = 0
  #time = '0'

  clear(bytes: Buffer): void {
    this.metrics = 0
    this.bytes = bytes
    if (this.names.length > MAX_KEPT_METRICS) this.#giveBack()
  }

  #giveBack(): void {
    const { names, aliases, timestamps, datatypes, isHistorical, isTransient, isNull, kinds } = this
    const { lows, highs, starts, ends, propertyStarts, propertyEnds } = this
    for (const texts of [names, aliases, timestamps, this.#knownNames, this.#knownAliases]) texts.length = 0
    for (const flags of [isHistorical, isTransient, isNull]) flags.length = 0
    for (const numbers of [datatypes, kinds, lows, highs, starts, ends]) numbers.length = 0
    for (const numbers of [propertyStarts, propertyEnds, this.#knownLows, this.#knownHighs])
      numbers.length = 0
  }

  /** Reads the `Metric` that stands between two positions. @throws {DecodeError} */
  add(start: number, end: number): void {
    if (this.metrics === MAX_METRICS)
      throw new DecodeError('too_large', `more than ${MAX_METRICS} metrics in one message`)
    const i = this.metrics++
    this.#reset(i)
    const cursor = this.#cursor
    cursor.open(this.bytes, start, end)
    while (cursor.next()) this.#field(cursor, i)
    if (this.kinds[i] === ValueKind.none) this.isNull[i] = true
  }

  #reset(i: number): void {
    this.names[i] = ''
    this.aliases[i] = ''
    this.timestamps[i] = ''
    this.datatypes[i] = 0
    this.isHistorical[i] = false
    this.isTransient[i] = false
    this.isNull[i] = false
    this.kinds[i] = ValueKind.none
    this.lows[i] = 0
    this.highs[i] = 0
    this.starts[i] = -1
    this.ends[i] = -1
    this.propertyStarts[i] = -1
    this.propertyEnds[i] = -1
  }

  #field(cursor: Cursor, i: number): void {
    switch (cursor.field) {
      case 1:
        return this.#name(cursor, i)
      case 2:
        cursor.uint64()
        this.aliases[i] = this.#aliasText(cursor.low, cursor.high, i)
        return
      case 3:
        cursor.uint64()
        this.timestamps[i] = this.timeText(cursor.low, cursor.high)
        return
      case 4:
        this.datatypes[i] = cursor.uint32()
        return
      case 5:
        this.isHistorical[i] = cursor.bool()
        return
      case 6:
        this.isTransient[i] = cursor.bool()
        return
      case 7:
        this.isNull[i] = cursor.bool()
        return
      case 9:
        this.propertyEnds[i] = cursor.length()
        this.propertyStarts[i] = cursor.at
        cursor.at = this.propertyEnds[i]!
        return
      default:
        return this.#value(cursor, i)
    }
  }

  /** Of a oneof the last one holds, as protobuf has it. */
  #value(cursor: Cursor, i: number): void {
    const kind = cursor.field
    switch (kind) {
      case ValueKind.int:
      case ValueKind.long:
      case ValueKind.boolean:
        cursor.uint64()
        this.lows[i] = cursor.low
        this.highs[i] = kind === ValueKind.int ? 0 : cursor.high
        break
      case ValueKind.float:
        this.starts[i] = cursor.fixed(WireType.fixed32, 4)
        break
      case ValueKind.double:
        this.starts[i] = cursor.fixed(WireType.fixed64, 8)
        break
      case ValueKind.string:
      case ValueKind.bytes:
      case ValueKind.dataSet:
      case ValueKind.template:
      case ValueKind.extension:
        this.ends[i] = cursor.length()
        this.starts[i] = cursor.at
        cursor.at = this.ends[i]!
        break
      default:
        return cursor.skip()
    }
    this.kinds[i] = kind
  }

  #name(cursor: Cursor, i: number): void {
    const end = cursor.length()
    const known = this.#knownNames[i]
    if (known === undefined || !stands(known, cursor.bytes, cursor.at, end))
      this.#knownNames[i] = textAt(cursor.bytes, cursor.at, end)
    this.names[i] = this.#knownNames[i]!
    cursor.at = end
  }

  #aliasText(low: number, high: number, i: number): string {
    if (this.#knownLows[i] !== low || this.#knownHighs[i] !== high) {
      this.#knownLows[i] = low
      this.#knownHighs[i] = high
      this.#knownAliases[i] = unsignedText(low, high)
    }
    return this.#knownAliases[i]!
  }

  timeText(low: number, high: number): string {
    if (low !== this.#timeLow || high !== this.#timeHigh) {
      this.#time = unsignedText(low, high)
      this.#timeLow = low
      this.#timeHigh = high
    }
    return this.#time
  }
}

/** Whether these bytes are that text. False for all that is not ASCII, which then is decoded. */
function stands(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false
  for (let i = 0; i < text.length; i++) {
    const byte = bytes[start + i]!
    if (byte !== text.charCodeAt(i) || byte > 0x7f) return false
  }
  return true
}
