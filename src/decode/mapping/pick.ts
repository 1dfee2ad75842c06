import { DecodeError } from '../decoder.js'
import type { Document } from '../documents/index.js'
import type { Constant, PickConfig, PickSection } from './config.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { compileFrom, constantReader, type Reader } from './reader.js'
import { plainText } from './text.js'

/** Keys of a section that mean something only with `from`. */
const NEED_FROM = ['match', 'map', 'lookup'] as const

export function compilePick(config: PickConfig, place: Place): Reader {
  return typeof config === 'string' ? compileFrom(config, place) : compileSection(config, place)
}

function compileSection(config: PickSection, place: Place): Reader {
  checkKeys(config, place)
  if (config.const !== undefined) return constantReader(config.const)
  let reader = compileFrom(config.from ?? [], place.at('from'))
  if (config.match !== undefined) reader = { ...reader, read: matched(reader.read, config.match, place) }
  if (config.map !== undefined) reader = { ...reader, read: mapped(reader.read, config.map, config.default) }
  const fallback = config.default
  if (fallback !== undefined) {
    const { read } = reader
    reader = { ...reader, read: (frame) => read(frame) ?? fallback }
  }
  if (config.lookup === undefined) return reader
  place.at('lookup').looksUp(config.lookup)
  return { ...reader, read: lookedUp(reader, config.lookup) }
}

function checkKeys(config: PickSection, place: Place): void {
  if ((config.from === undefined) === (config.const === undefined))
    place.violation('needs either from or const')
  if (config.const === undefined || config.from !== undefined) return
  for (const key of NEED_FROM) if (config[key] !== undefined) place.at(key).violation('needs from beside it')
  if (config.default !== undefined) place.at('default').violation('can never count beside const')
}

function matched(read: Reader['read'], pattern: string, place: Place): Reader['read'] {
  const expression = regularExpression(pattern, place.at('match'))
  return (frame) => {
    const text = plainText(read(frame))
    const match = text === undefined ? null : expression.exec(text)
    return match === null ? undefined : (match[1] ?? (match.length > 1 ? undefined : match[0]))
  }
}

/** Matches nothing if it is none: that is a violation. */
export function regularExpression(pattern: string, place: Place): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch (error) {
    place.violation(`is no regular expression: ${(error as Error).message}`)
    return /(?!)/
  }
}

function mapped(
  read: Reader['read'],
  table: Readonly<Record<string, Constant>>,
  fallback: Constant | undefined,
): Reader['read'] {
  const map = new Map(Object.entries(table))
  return (frame) => {
    const value = read(frame)
    const text = plainText(value)
    return text === undefined ? value : (map.get(text) ?? fallback ?? value)
  }
}

/** What the name was learnt to be stays in the frame, with its unit and type. */
function lookedUp({ read, locate }: Reader, table: string): Reader['read'] {
  return (frame) => {
    const key = plainText(read(frame))
    if (key === undefined) return undefined
    frame.learnt = frame.names.find(table, key)
    if (frame.learnt !== undefined) return frame.learnt.name
    throw new DecodeError('awaiting_names', `${table} has no name for ${key.slice(0, 80)} yet`, locate(frame))
  }
}

/**
 * What a pick finds, as text; undefined where there is nothing.
 * @throws {DecodeError} bad_type for an object or a list
 */
export function textOf(reader: Reader, frame: Frame, what: string): string | undefined {
  const value: Document | undefined = reader.read(frame)
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  const text = plainText(value)
  if (text !== undefined) return text
  throw new DecodeError('bad_type', `${what} is no text but an object or a list`, reader.locate(frame))
}
