import { unzipSync } from 'node:zlib'
import { causeOf } from '../../core/errors.js'
import { DecodeError } from '../decoder.js'
import type { PayloadReader } from './wire/index.js'

/** The uuid by which libraries of Eclipse Tahu mark a payload that holds another one, compressed. */
const MARK = 'SPBV1.0_COMPRESSED'
const MAX_INFLATED_BYTES = 16 * 1_048_576

/** Reads a payload, or the one in it. @throws {DecodeError} */
export function readPayload(reader: PayloadReader, payload: Buffer): void {
  reader.read(payload)
  if (reader.uuid !== MARK || reader.body === undefined) return
  reader.read(inflated(reader.body))
}

function inflated(body: Buffer): Buffer {
  try {
    return unzipSync(body, { maxOutputLength: MAX_INFLATED_BYTES })
  } catch (error) {
    const isTooLarge = error instanceof RangeError
    throw new DecodeError(isTooLarge ? 'too_large' : 'malformed', `the compressed payload: ${causeOf(error)}`)
  }
}
