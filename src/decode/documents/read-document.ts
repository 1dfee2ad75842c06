import { CborReader } from './cbor.js'
import type { Document } from './document.js'
import { type InflateOptions, inflated } from './inflated.js'
import { readJson } from './json.js'
import { MessagePackReader } from './message-pack.js'

export const DOCUMENT_FORMATS = ['json', 'cbor', 'msgpack'] as const
export type DocumentFormat = (typeof DOCUMENT_FORMATS)[number]

/**
 * Reads the documents of one route. It remembers keys from one to the next, which makes it faster and changes nothing.
 * After an error it is as good as new.
 */
export class DocumentReader {
  readonly #format: DocumentFormat
  readonly #options: InflateOptions
  readonly #reader: { read(payload: Buffer): Document }

  constructor(format: DocumentFormat, options: InflateOptions) {
    this.#format = format
    this.#options = options
    this.#reader = createReader(format)
  }

  /**
   * The one document that a payload holds, inflated first where it is compressed.
   *
   * @throws {DecodeError} `malformed`, `not_utf8`, `too_deep`, `too_large` (when inflated), `out_of_range`, `bad_name` (a key
   *   that stands twice, or can be no name). The message says where: character, line and column, or the byte (of the
   *   inflated payload); the path says in which value.
   */
  read(payload: Buffer): Document {
    return this.#reader.read(inflated(this.#format, payload, this.#options))
  }
}

/** The same for a single payload. */
export function readDocument(format: DocumentFormat, payload: Buffer, options: InflateOptions): Document {
  return new DocumentReader(format, options).read(payload)
}

function createReader(format: DocumentFormat): { read(payload: Buffer): Document } {
  switch (format) {
    case 'json':
      return { read: readJson }
    case 'cbor':
      return new CborReader()
    case 'msgpack':
      return new MessagePackReader()
  }
}
