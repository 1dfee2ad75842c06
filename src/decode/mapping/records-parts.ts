import { LEVELS } from '../../core/device.js'
import type { DocumentPath, FieldTypeName } from '../decoder.js'
import { DeviceAddresses } from './addresses.js'
import type { MappingOptions, PickConfig, RecordsConfig } from './config.js'
import type { Place } from './faults.js'
import { Exclusions, type FieldSlots, FieldTree } from './field-node.js'
import { compileType, type FieldTypePick } from './field-type.js'
import type { TextPick } from './interned.js'
import { Judging } from './judging.js'
import { Measurements } from './measurements.js'
import { compilePick } from './pick.js'
import type { Places } from './places.js'
import { compileFrom, compileReferences, memberReader, type Reader, recordReader } from './reader.js'
import { compileWalk, type Walk } from './records-walk.js'
import { TagSets } from './tag-sets.js'
import { compileTime, RecordTime } from './time.js'
import { WellKnownTime } from './well-known-time.js'

/** A section of records, compiled. */
export interface RecordsParts {
  readonly walk: Walk
  /** Steps from the root to a record. */
  readonly depth: number
  readonly field: Reader | undefined
  readonly value: Reader
  /** Whether the value is the record itself, so that a well-known time is one of its members. */
  readonly isValueRecord: boolean
  readonly type: FieldTypePick | undefined
  readonly unit: Reader | undefined
  readonly units: ReadonlyMap<string, string>
  /** Undefined: that of a well-known member. */
  readonly time: RecordTime | undefined
  readonly wellKnownTime: WellKnownTime
  readonly measurement: Measurements | undefined
  readonly tags: TagSets | undefined
  readonly device: DeviceAddresses | undefined
  readonly judging: Judging | undefined
  readonly tree: FieldTree
  /** Where the document itself is the record. */
  readonly documentTree: FieldTree
  readonly places: Places
  readonly textNumbers: boolean
}

/** What a section has in common with the others of its mapping. */
export interface Shared {
  readonly options: MappingOptions
  readonly types: ReadonlyMap<string, FieldTypeName>
  readonly units: ReadonlyMap<string, string>
  readonly slots: FieldSlots
  readonly places: Places
}

type Key = keyof RecordsConfig
/** Where a key stands: in the section, or above it. */
export type PlaceOf = (key: Key, depth: number) => Place

export function compileRecords(config: RecordsConfig, shared: Shared, placeOf: PlaceOf): RecordsParts {
  const { walk, depth, isDocument } = compileWalk(config.at ?? '', placeOf('at', 0))
  const place = (key: Key) => placeOf(key, depth)
  const pick = (key: 'field' | 'unit') => {
    const found = config[key]
    return found === undefined ? undefined : compilePick(found, place(key))
  }
  const { places } = shared
  const { tags, allTags, device, measurement } = placePicks(config, place)
  const type = config.type === undefined ? undefined : compileType(config.type, place('type'))
  const time = timeOf(config, shared.options, depth, place)
  const value = recordValue(config, place('value'))
  const judging = isJudged(config) ? new Judging(config, place) : undefined
  const picks = { field: pick('field'), unit: pick('unit') }
  const texts = [...tags, ...device, ...measurement].map(({ reader }) => reader)
  const takers = [...Object.values(picks), type?.reader, time?.reader, allTags, ...texts, judging?.quality]
  const taken = takers.flatMap((reader) => reader?.taken ?? [])
  const fromRoot = isDocument ? takers.flatMap((reader) => reader?.takenFromRoot ?? []) : []
  const tree = treeOf(config, shared, exclusionsOf(config, taken, value))
  return {
    walk,
    depth,
    ...picks,
    ...value,
    type,
    units: shared.units,
    time,
    wellKnownTime: new WellKnownTime(shared.options.timestampUnit),
    measurement: measurement[0] === undefined ? undefined : new Measurements(measurement[0], places),
    tags: tags.length === 0 && allTags === undefined ? undefined : new TagSets(tags, allTags, places),
    device: device.length === 0 ? undefined : new DeviceAddresses(device, places),
    judging,
    tree,
    documentTree:
      fromRoot.length === 0
        ? tree
        : treeOf(config, shared, exclusionsOf(config, [...taken, ...fromRoot], value)),
    places,
    textNumbers: config.textNumbers === true,
  }
}

function isJudged({ skip, deadLetter, quality }: RecordsConfig): boolean {
  return skip !== undefined || deadLetter !== undefined || quality !== undefined
}

/** In `tags`: all members of an object. */
const ALL = '*'

/** Picks of what tells points apart. */
function placePicks({ tags = {}, device = {}, measurement }: RecordsConfig, place: (key: Key) => Place) {
  const { [ALL]: all, ...named } = tags
  return {
    tags: Object.entries(named).map(([name, pick]) =>
      textPick(name, `tag ${name}`, pick, place('tags').at(name)),
    ),
    allTags: all === undefined ? undefined : compileObject(all, place('tags').at(ALL)),
    device: LEVELS.flatMap((name) => {
      const pick = device[name]
      return pick === undefined ? [] : [textPick(name, `level ${name}`, pick, place('device').at(name))]
    }),
    measurement:
      measurement === undefined
        ? []
        : [textPick('measurement', 'the measurement', measurement, place('measurement'))],
  }
}

function textPick<Name extends string>(
  name: Name,
  label: string,
  pick: PickConfig,
  place: Place,
): TextPick<Name> {
  return { name, label, reader: compilePick(pick, place) }
}

/** A pick of an object: nothing but references can find one. */
function compileObject(pick: PickConfig, place: Place): Reader {
  if (typeof pick === 'string') return compileReferences(pick, place)
  const { from, ...others } = pick
  if (from !== undefined && Object.keys(others).length === 0) return compileReferences(from, place.at('from'))
  place.violation('is an object of the message: a reference, or from alone')
  return compileReferences([], place)
}

function timeOf(
  { time }: RecordsConfig,
  options: MappingOptions,
  depth: number,
  place: (key: Key) => Place,
): RecordTime | undefined {
  if (time !== undefined) return compileTime(time, options, place('time'))
  if (options.timestampKey === undefined) return undefined
  return new RecordTime(memberReader(options.timestampKey, depth), options.timestampUnit)
}

function recordValue({ value }: RecordsConfig, place: Place): RecordValue {
  if (value === undefined || value === '@') return { value: recordReader(place.depth), isValueRecord: true }
  const reader = isTextOrList(value) ? compileFrom(value, place) : compilePick(value, place)
  return { value: reader, isValueRecord: false }
}

function isTextOrList(value: NonNullable<RecordsConfig['value']>): value is string | readonly string[] {
  return typeof value === 'string' || Array.isArray(value)
}

type RecordValue = Pick<RecordsParts, 'value' | 'isValueRecord'>

function exclusionsOf(
  { except = [] }: RecordsConfig,
  taken: readonly DocumentPath[],
  { value, isValueRecord }: RecordValue,
): Exclusions {
  const exclusions = new Exclusions()
  for (const name of except) {
    exclusions.add([name])
    exclusions.add(name.split('.'))
  }
  const prefix = isValueRecord ? [] : value.taken[0]
  for (const way of taken) {
    const inside = prefix === undefined ? [] : wayInside(way, prefix)
    if (inside.length > 0) exclusions.add(inside)
  }
  return exclusions
}

function treeOf(config: RecordsConfig, shared: Shared, exclusions: Exclusions): FieldTree {
  const enums = Object.entries(config.enums ?? {}).map(([field, values]) => {
    return [field, new Map(Object.entries(values))] as const
  })
  return new FieldTree({
    types: shared.types,
    rename: new Map(Object.entries(config.rename ?? {})),
    enums: new Map(enums),
    exclusions,
    slots: shared.slots,
  })
}

/** The rest of a way below a value; empty if it does not lead there. */
function wayInside(way: DocumentPath, value: DocumentPath): DocumentPath {
  return value.every((key, i) => way[i] === key) ? way.slice(value.length) : []
}
