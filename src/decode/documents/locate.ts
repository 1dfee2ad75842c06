import { DecodeError, type DocumentPath } from '../decoder.js'
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  JsonReader,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from '../json-reader.js'
import { type TextPlace, textPlace } from '../text-place.js'

/** Where in a JSON text the value at a path begins; undefined where there is none, or the text is no JSON up to there. */
export function locate(text: string, path: DocumentPath): TextPlace | undefined {
  const reader = new JsonReader()
  reader.open(text)
  try {
    for (const step of path) if (!enter(reader, step)) return undefined
    return Number.isNaN(reader.peek()) ? undefined : textPlace(text, reader.at)
  } catch (error) {
    if (error instanceof DecodeError) return undefined
    throw error
  }
}

/** From the beginning of a container to that of the member or element; false if it has none. */
function enter(reader: JsonReader, step: string | number): boolean {
  return typeof step === 'number' ? enterArray(reader, step) : enterObject(reader, step)
}

function enterObject(reader: JsonReader, name: string): boolean {
  if (reader.peek() !== OPEN_BRACE) return false
  reader.at++
  while (reader.peek() === QUOTE) {
    const key = reader.string()
    reader.expect(COLON)
    reader.peek()
    if (key === name) return true
    skipValue(reader)
    if (!reader.another(CLOSE_BRACE)) return false
  }
  return false
}

function enterArray(reader: JsonReader, index: number): boolean {
  if (reader.peek() !== OPEN_BRACKET) return false
  reader.at++
  if (reader.peek() === CLOSE_BRACKET) return false
  for (let i = 0; i < index; i++) {
    skipValue(reader)
    if (!reader.another(CLOSE_BRACKET)) return false
  }
  reader.peek()
  return true
}

/** Whatever the value is: brackets are counted, and texts are jumped over, since they may hold brackets. */
function skipValue(reader: JsonReader): void {
  let depth = 0
  for (;;) {
    const code = reader.peek()
    if (Number.isNaN(code)) reader.fail('value expected')
    if (depth === 0 && (code === COMMA || isClosing(code))) return
    if (code === QUOTE) reader.string()
    else reader.at++
    if (isOpening(code)) depth++
    else if (isClosing(code)) depth--
  }
}

function isOpening(code: number): boolean {
  return code === OPEN_BRACE || code === OPEN_BRACKET
}

function isClosing(code: number): boolean {
  return code === CLOSE_BRACE || code === CLOSE_BRACKET
}
