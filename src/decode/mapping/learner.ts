import { DecodeError } from '../decoder.js'
import type { LearnConfig, PickConfig } from './config.js'
import { Place } from './faults.js'
import { compileType, type FieldTypePick } from './field-type.js'
import type { Frame, LearntName } from './frame.js'
import { checkLearntName } from './names.js'
import { compilePick, textOf } from './pick.js'
import type { Reader } from './reader.js'
import { compileWalk, type Walk } from './records-walk.js'

/** Reads what messages explain of names. */
export interface Learner {
  readonly table: string
  /**
   * Key → name. Entries without a key or without a name are left out.
   * @throws {DecodeError} no_records where there is no entry at all
   */
  read(frame: Frame): ReadonlyMap<string, LearntName>
}

interface Parts {
  readonly key: Reader
  readonly name: Reader
  readonly unit: Reader | undefined
  readonly type: FieldTypePick | undefined
  readonly units: ReadonlyMap<string, string>
}

export function compileLearner(
  config: LearnConfig,
  units: Readonly<Record<string, string>> = {},
  place: Place,
): Learner {
  const { walk, depth } = compileWalk(config.at ?? '', place.at('at'))
  const below = (key: string) => new Place(place.findings, [...place.path, key], depth)
  const pick = (key: 'key' | 'name' | 'unit', found: PickConfig) => compilePick(found, below(key))
  const parts: Parts = {
    key: pick('key', config.key),
    name: pick('name', config.name),
    unit: config.unit === undefined ? undefined : pick('unit', config.unit),
    type: config.type === undefined ? undefined : compileType(config.type, below('type')),
    units: new Map(Object.entries(units)),
  }
  return { table: config.table, read: (frame) => readAll(frame, walk, parts) }
}

function readAll(frame: Frame, walk: Walk, parts: Parts): ReadonlyMap<string, LearntName> {
  const names = new Map<string, LearntName>()
  const count = walk(frame, () => readOne(frame, parts, names))
  if (count === 0) throw new DecodeError('no_records', 'the message explains no name')
  return names
}

function readOne(frame: Frame, parts: Parts, names: Map<string, LearntName>): void {
  const key = textOf(parts.key, frame, 'the key of a name')
  const name = textOf(parts.name, frame, 'a name')
  if (key === undefined || name === undefined) return
  const word = parts.unit === undefined ? '' : (textOf(parts.unit, frame, 'the unit') ?? '')
  names.set(key, {
    name: checkLearntName(name),
    unit: parts.units.get(word) ?? word,
    type: parts.type?.read(frame),
  })
}
