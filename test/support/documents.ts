import { DecodeError } from '../../src/decode/decoder.js'
import {
  type Document,
  type DocumentFormat,
  type InflateOptions,
  readDocument,
} from '../../src/decode/documents/index.js'

export const PLAIN: InflateOptions = { compression: 'auto', maxInflatedBytes: 1_000_000 }

/** The document of a payload that must be accepted. */
export function document(
  format: DocumentFormat,
  payload: string | Uint8Array,
  options: InflateOptions = PLAIN,
): Document {
  return readDocument(format, Buffer.from(payload as Uint8Array), options)
}

/** The error of a payload that must be refused. */
export function fault(
  format: DocumentFormat,
  payload: string | Uint8Array,
  options: InflateOptions = PLAIN,
): DecodeError {
  try {
    const accepted = document(format, payload, options)
    throw new Error(`accepted: ${String(JSON.stringify(accepted)).slice(0, 200)}`)
  } catch (error) {
    if (error instanceof DecodeError) return error
    throw error
  }
}

/** Bytes written as hexadecimal digits, blanks allowed. */
export function bytes(hex: string): Buffer {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}
