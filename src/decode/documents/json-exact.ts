import { DecodeError, type DecodeErrorCode, type DocumentPath } from '../decoder.js'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  JsonReader,
  LETTER_F,
  LETTER_N,
  LETTER_T,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../json-reader.js'
import { textPlace } from '../text-place.js'
import { type Document, MAX_DEPTH } from './document.js'
import { addMember, type OpenObject } from './members.js'
import { within } from './within.js'

const INTEGER = /^-?\d+$/

/** What JSON.parse cannot say or does not see: integers beyond 2^53, keys that stand twice, and where a fault is. */
export function readJsonExactly(text: string): Document {
  const reader = new JsonReader()
  reader.open(text)
  const document = readValue(reader, 0)
  reader.end()
  return document
}

function readValue(reader: JsonReader, depth: number): Document {
  switch (reader.peek()) {
    case QUOTE:
      return reader.string()
    case OPEN_BRACE:
      return readObject(reader, depth)
    case OPEN_BRACKET:
      return readArray(reader, depth)
    case LETTER_T:
      reader.literal('true')
      return true
    case LETTER_F:
      reader.literal('false')
      return false
    case LETTER_N:
      reader.literal('null')
      return null
    default:
      return readNumber(reader)
  }
}

function readObject(reader: JsonReader, depth: number): Document {
  enter(reader, depth)
  const object: OpenObject = {}
  if (reader.peek() === CLOSE_BRACE) return leaveEmpty(reader, object)
  do {
    if (reader.peek() !== QUOTE) reader.fail('key expected')
    const at = reader.at
    const key = reader.string()
    reader.expect(COLON)
    const value = readMember(reader, key, depth)
    if (!addMember(object, key, value)) throw twice(reader, at, key)
  } while (reader.another(CLOSE_BRACE))
  return object
}

function readArray(reader: JsonReader, depth: number): Document {
  enter(reader, depth)
  const array: Document[] = []
  if (reader.peek() === CLOSE_BRACKET) return leaveEmpty(reader, array)
  do {
    array.push(readMember(reader, array.length, depth))
  } while (reader.another(CLOSE_BRACKET))
  return array
}

function readMember(reader: JsonReader, step: string | number, depth: number): Document {
  try {
    return readValue(reader, depth + 1)
  } catch (error) {
    throw within(error, step)
  }
}

function enter(reader: JsonReader, depth: number): void {
  if (depth === MAX_DEPTH)
    throw faultAt(reader, reader.at, 'too_deep', `more than ${MAX_DEPTH} levels of nesting`)
  reader.at++
}

function leaveEmpty<T>(reader: JsonReader, container: T): T {
  reader.at++
  return container
}

function readNumber(reader: JsonReader): number | bigint {
  const start = reader.at
  const text = reader.number()
  const value = Number(text)
  if (!Number.isFinite(value))
    throw faultAt(reader, start, 'out_of_range', `${text.slice(0, 40)} is beyond the range of a double`)
  // Within the range of a double, an integer has at most 309 digits.
  return Number.isSafeInteger(value) || !INTEGER.test(text) ? value : BigInt(text)
}

function twice(reader: JsonReader, at: number, key: string): DecodeError {
  const what = `key ${JSON.stringify(key.slice(0, 80))} stands twice in one object`
  return faultAt(reader, at, 'bad_name', what, [key])
}

function faultAt(reader: JsonReader, at: number, code: DecodeErrorCode, what: string, path?: DocumentPath) {
  const place = textPlace(reader.text, at)
  const where = `at character ${at + 1} (line ${place.line}, column ${place.column})`
  return new DecodeError(code, `JSON: ${what} ${where}`, path, place)
}
