import { LineProtocolError, LineProtocolParser } from '../core/line-protocol-parser.js'
import { FieldType } from '../core/point-batch.js'
import { DayColumns, type StoredValue } from './duckdb-columns.js'
import type { Dictionary } from './duckdb-dictionary.js'
import type { Lines, Position } from './duckdb-messages.js'
import { dateOf, dayOf, dayOfMs, startOfDay } from './duckdb-partitions.js'
import { MAX_TIME_NS, MIN_TIME_NS } from './history.js'

const INTEGER = /^-?\d{1,19}$/
const NO_DAY = { from: 0n, to: 0n }

/** A line that the store will never take. */
export class RefusedLine extends Error {}

/**
 * The rows of a batch, by day.
 *
 * Every line is read, also those that stand before `from` and are in the store already: what is wrong with one of
 * them has to be said again, since the crash that brought it back may have lost the dead letter.
 */
export class BatchRows {
  readonly days = new Map<number, DayColumns>()
  readonly #parser = new LineProtocolParser()
  readonly #dictionary: Dictionary
  readonly #oldestDay: number
  readonly #newestDay: number
  readonly #retentionDays: number
  /** Times that go to `#current`. */
  #range = NO_DAY
  #current: DayColumns | undefined

  constructor(dictionary: Dictionary, retentionDays: number, nowMs: number) {
    this.#dictionary = dictionary
    this.#retentionDays = retentionDays
    this.#oldestDay = dayOfMs(nowMs) - retentionDays
    this.#newestDay = dayOfMs(nowMs) + 1
  }

  /**
   * Reads all lines and keeps those from `from` on; returns the position behind the last.
   * @throws {RefusedLine}
   */
  read({ bytes, lengths, sequences, startLine, endsThrough }: Lines, from: Position): Position {
    const buffer = Buffer.from(bytes.buffer)
    let at: Position = { sequence: sequences[0]!, line: startLine }
    let offset = 0
    for (const [i, length] of lengths.entries()) {
      const sequence = sequences[i]!
      const line = sequence === at.sequence ? at.line : 0
      const stored =
        sequence < from.sequence ? Number.POSITIVE_INFINITY : sequence > from.sequence ? 0 : from.line
      at = { sequence, line: this.#readChunk(buffer.toString('utf8', offset, offset + length), line, stored) }
      offset += length
    }
    return endsThrough === undefined ? at : { sequence: endsThrough + 1, line: 0 }
  }

  /** Returns the number of the line behind the last; lines below `stored` are in the store already. */
  #readChunk(text: string, firstLine: number, stored: number): number {
    const parser = this.#parser
    let line = firstLine
    try {
      parser.open(text)
      while (parser.next()) this.#readPoint(line++ >= stored)
    } catch (error) {
      throw error instanceof LineProtocolError ? new RefusedLine(error.message) : error
    }
    return line
  }

  #readPoint(isNew: boolean): void {
    const { series, names, types, texts, fields, time: digits } = this.#parser
    const time = timeOf(digits)
    const columns = this.#columnsOf(time)
    const entry = this.#dictionary.series(series)
    for (let f = 0; f < fields; f++) {
      const type = types[f]!
      const value = storedValue(type, texts[f]!)
      if (isNew) columns.push(type, this.#dictionary.channel(entry, names[f]!), time, value)
    }
  }

  #columnsOf(time: bigint): DayColumns {
    const { from, to } = this.#range
    if (this.#current !== undefined && time >= from && time < to) return this.#current
    const day = dayOf(time)
    if (day < this.#oldestDay) throw new RefusedLine(this.#tooOld())
    this.#range = { from: startOfDay(day), to: startOfDay(day + 1) }
    // A clock that runs years ahead must not make tables that outlive the rest by years.
    const kept = Math.min(day, this.#newestDay)
    const columns = this.days.get(kept) ?? new DayColumns(kept)
    this.days.set(kept, columns)
    this.#current = columns
    return columns
  }

  #tooOld(): string {
    return `the time of the point is before ${dateOf(this.#oldestDay)}, where the retention of ${this.#retentionDays} days begins`
  }
}

function timeOf(digits: string): bigint {
  if (!INTEGER.test(digits)) {
    throw new RefusedLine(digits === '' ? 'the point has no time' : `"${digits.slice(0, 40)}" is not a time`)
  }
  const time = BigInt(digits)
  if (time >= MIN_TIME_NS && time <= MAX_TIME_NS) return time
  throw new RefusedLine(`the time ${digits} is out of range`)
}

function storedValue(type: FieldType, text: string): StoredValue {
  switch (type) {
    case FieldType.float: {
      const value = Number(text)
      if (Number.isFinite(value)) return value
      throw new RefusedLine(`the float ${text.slice(0, 40)} is out of range`)
    }
    case FieldType.integer:
      return BigInt(text)
    case FieldType.boolean:
      return text === 'true'
    case FieldType.string:
      return text
  }
}
