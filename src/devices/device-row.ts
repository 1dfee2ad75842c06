/**
 * A device on disk.
 *
 * Format. Table `devices`: slot → JSON of the record without what is empty, and `former`, its other addresses;
 * 0 → {"lastSlot": n}, the highest slot that was ever given, which may be higher than any row's.
 * Rows that an earlier version wrote hold the four levels alone: they are devices that were discovered, and are given an
 * id each time they are read, until they are written.
 */
import { LEVELS, type TopicLevels } from '../core/device.js'
import type { DeviceRecord } from '../core/registry.js'
import { isEmpty, newRecord } from './device-record.js'
import { type Entry, NO_ADDRESSES } from './entry.js'

type Row = Partial<DeviceRecord> & Partial<Pick<Entry, 'former'>>

export function encodeRow({ record, former }: Entry): Buffer {
  const { name, labels } = record
  // JSON leaves out what is undefined.
  const row = {
    ...record,
    name: name.zh === '' && name.en === '' ? undefined : name,
    site: record.site || undefined,
    area: record.area || undefined,
    line: record.line || undefined,
    device: record.device || undefined,
    model: record.model || undefined,
    vendor: record.vendor || undefined,
    sector: record.sector || undefined,
    identifier: record.identifier || undefined,
    labels: isEmpty(labels) ? undefined : labels,
    former: former.length === 0 ? undefined : former,
  }
  return Buffer.from(JSON.stringify(row))
}

/** Reads rows one after the other, and keeps each text that repeats (sites, models, vendors, …) once. */
export class RowReader {
  readonly #texts = new Map<string, string>()

  /** The levels alone if the row has no more. */
  read(bytes: Buffer): Entry | TopicLevels {
    const row = JSON.parse(bytes.toString()) as Row
    if (row.id !== undefined) return { record: this.#record(row.id, row), former: row.former ?? NO_ADDRESSES }
    const { site = '', area = '', line = '', device = '' } = row
    return { site: this.#once(site), area: this.#once(area), line: this.#once(line), device }
  }

  #record(id: string, row: Row): DeviceRecord {
    const record = newRecord(id, row)
    record.site = this.#once(record.site)
    record.area = this.#once(record.area)
    record.line = this.#once(record.line)
    // A client may have an empty id.
    if (row.device === undefined) record.device = ''
    record.model = this.#once(record.model)
    record.vendor = this.#once(record.vendor)
    record.sector = this.#once(record.sector)
    record.status = row.status!
    record.source = row.source!
    record.revision = row.revision!
    record.createdAtMs = row.createdAtMs!
    record.updatedAtMs = row.updatedAtMs!
    return record
  }

  #once(text: string): string {
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    this.#texts.set(text, text)
    return text
  }
}

export function encodeLastSlot(lastSlot: number): Buffer {
  return Buffer.from(JSON.stringify({ lastSlot }))
}

export function decodeLastSlot(bytes: Buffer): number {
  return (JSON.parse(bytes.toString()) as { lastSlot: number }).lastSlot
}

/** Whether a row was written with a record. */
export function isEntry(row: Entry | TopicLevels): row is Entry {
  return !LEVELS.some((level) => level in row)
}
