import { DecodeError, type FieldTypeName } from '../decoder.js'
import type { PickConfig } from './config.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { compilePick, textOf } from './pick.js'
import type { Reader } from './reader.js'

/** Undefined: as the value shows. */
type TypeRead = (frame: Frame) => FieldTypeName | undefined

const TYPES: ReadonlyMap<string, FieldTypeName | undefined> = new Map([
  ['auto', undefined],
  ['float', 'float'],
  ['integer', 'integer'],
  ['boolean', 'boolean'],
  ['string', 'string'],
])

export interface FieldTypePick {
  readonly read: TypeRead
  /** Undefined where the type is the same for all messages. */
  readonly reader: Reader | undefined
}

/** One of the words, or a pick that finds one of them. */
export function compileType(config: PickConfig, place: Place): FieldTypePick {
  if (typeof config === 'string' && TYPES.has(config)) {
    const type = TYPES.get(config)
    return { read: () => type, reader: undefined }
  }
  const reader = compilePick(config, place)
  return { read: (frame) => typeIn(frame, reader), reader }
}

function typeIn(frame: Frame, reader: Reader): FieldTypeName | undefined {
  const word = textOf(reader, frame, 'the type')
  if (word === undefined || TYPES.has(word)) return word === undefined ? undefined : TYPES.get(word)
  const known = [...TYPES.keys()].join(', ')
  throw new DecodeError('unknown_type', `type ${word.slice(0, 40)} is none of ${known}`, reader.locate(frame))
}
