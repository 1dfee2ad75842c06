/** Reads the records of a trail, while the gateway writes it or in a copy. Lines that are no records are left to `verify`. */
import { causeOf, GatewayError } from '../../core/errors.js'
import type { AuditReport } from './damage.js'
import { type AuditFileName, listFiles } from './files.js'
import { type AuditFilter, passes } from './filter.js'
import { parseLine } from './line.js'
import { linesBackwards, linesOf } from './lines.js'
import type { AuditRecord } from './record.js'

/** Where a page ended: a file, by its first number, and an offset in it. */
export interface AuditPlace {
  readonly firstSeq: number
  readonly offset: number
}

export interface AuditPage {
  /** Newest first. */
  readonly records: AuditRecord[]
  /** Where the next page begins; undefined on the last one. */
  readonly next: AuditPlace | undefined
}

/** The records of the trail, as the gateway that keeps it gives them. */
export interface AuditRecords {
  readonly reader: AuditReader
  /** @throws {GatewayError} LG_AUDIT_UNREADABLE */
  verify(): Promise<AuditReport>
}

/** Lines looked at for one page: a filter that few records pass ends it early. */
const MAX_SCANNED = 20_000

export class AuditReader {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * The newest records, or those in front of a place.
   * @throws {GatewayError} LG_AUDIT_UNREADABLE
   */
  async page(filter: AuditFilter, limit: number, before?: AuditPlace): Promise<AuditPage> {
    const records: AuditRecord[] = []
    let scanned = 0
    for (const file of (await this.#files()).reverse()) {
      if (before !== undefined && file.firstSeq > before.firstSeq) continue
      const end = file.firstSeq === before?.firstSeq ? before.offset : undefined
      for await (const { bytes, offset } of ifThere(linesBackwards(file.path, end))) {
        const record = parseLine(bytes)
        if (record !== undefined && passes(record, filter)) records.push(record)
        const isFull = records.length === limit || ++scanned === MAX_SCANNED
        if (isFull) return { records, next: { firstSeq: file.firstSeq, offset } }
      }
    }
    return { records, next: undefined }
  }

  /**
   * All records that pass, oldest first, each with its line.
   * @throws {GatewayError} LG_AUDIT_UNREADABLE
   */
  async *records(
    filter: AuditFilter,
  ): AsyncGenerator<{ readonly record: AuditRecord; readonly line: string }> {
    const files = await this.#files()
    let last = files.at(-1)
    for (let at = 0; at < files.length; at++) {
      yield* recordsIn(files[at]!, filter)
      // Those that were begun meanwhile.
      if (at < files.length - 1) continue
      const newer = (await this.#files()).filter(({ firstSeq }) => firstSeq > last!.firstSeq)
      files.push(...newer)
      last = files.at(-1)
    }
  }

  async #files(): Promise<AuditFileName[]> {
    try {
      return await listFiles(this.#folder)
    } catch (error) {
      const details = { directory: this.#folder, cause: causeOf(error) }
      throw new GatewayError('LG_AUDIT_UNREADABLE', details, { cause: error })
    }
  }
}

async function* recordsIn(file: AuditFileName, filter: AuditFilter) {
  for await (const { bytes, isWhole } of ifThere(linesOf(file.path))) {
    const record = isWhole ? parseLine(bytes) : undefined
    if (record !== undefined && passes(record, filter)) yield { record, line: bytes.toString() }
  }
}

/** Nothing of a file that retention has just removed. */
async function* ifThere<T>(lines: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* lines
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
