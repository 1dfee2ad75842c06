import { utf8Text } from '../utf8-text.js'
import { type Document, MAX_DEPTH } from './document.js'
import { readJsonExactly } from './json-exact.js'

const QUOTE = 34
const SPACE = 32
/** The first magnitude at which a double may stand for another integer than was written. */
const FIRST_INEXACT = 2 ** 53
/** Of half a pair, or a whole one, written as an escape. */
const SURROGATE = /\\u[dD][89a-fA-F]/
/** More members than any payload has. */
const UNKNOWN = Number.NaN

/**
 * JSON. JSON.parse is several times as fast as a reader of ours, but it rounds integers beyond 2^53, keeps the last of the
 * members of one name, and does not say where a fault is. So its answer is looked through, which costs little: if it may be
 * other than what was written, the text is read again, exactly.
 */
export function readJson(payload: Buffer): Document {
  const text = utf8Text(payload)
  const document = parsed(text)
  if (document === undefined || countMembers(document, 0) !== countKeys(text) || SURROGATE.test(text))
    return readJsonExactly(text)
  return document
}

function parsed(text: string): Document | undefined {
  try {
    return JSON.parse(text) as Document
  } catch {
    // The exact reader says what is wrong, and where.
    return undefined
  }
}

/** Members of all objects; NaN if a number is not surely exact, or the nesting is too deep. */
function countMembers(document: Document, depth: number): number {
  if (typeof document === 'number') return isExact(document) ? 0 : UNKNOWN
  if (typeof document !== 'object' || document === null) return 0
  if (depth === MAX_DEPTH) return UNKNOWN
  return Array.isArray(document)
    ? countInArray(document as readonly Document[], depth)
    : countInObject(document as Readonly<Record<string, Document>>, depth)
}

function countInArray(array: readonly Document[], depth: number): number {
  let count = 0
  for (const element of array) {
    if (typeof element === 'number') count += isExact(element) ? 0 : UNKNOWN
    else if (typeof element === 'object') count += countMembers(element, depth + 1)
  }
  return count
}

function countInObject(object: Readonly<Record<string, Document>>, depth: number): number {
  let count = 0
  // What JSON.parse makes inherits nothing that is enumerable.
  for (const name in object) {
    const value = object[name]!
    count++
    if (typeof value === 'number') count += isExact(value) ? 0 : UNKNOWN
    else if (typeof value === 'object') count += countMembers(value, depth + 1)
  }
  return count
}

function isExact(value: number): boolean {
  return value < FIRST_INEXACT && value > -FIRST_INEXACT
}

/**
 * Colons that stand after a quote: those after keys, and perhaps some within texts. If there are as many as the document
 * has members, no key stands twice.
 */
function countKeys(text: string): number {
  let count = 0
  for (let at = text.indexOf(':'); at >= 0; at = text.indexOf(':', at + 1)) {
    let before = at - 1
    // White space is all that sound JSON has below or at the space between a key and its colon.
    while (text.charCodeAt(before) <= SPACE) before--
    if (text.charCodeAt(before) === QUOTE) count++
  }
  return count
}
