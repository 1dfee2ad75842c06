import { escapeName } from '../../core/line-protocol.js'
import type { PointBatch } from '../../core/point-batch.js'

/** Fields that were one record, or one point, by their numbers. */
interface Slice {
  readonly from: number
  readonly to: number
}

interface Group {
  /** The point that its first record was in: where it belongs. */
  readonly point: number
  readonly slices: Slice[]
  /** As they are stored. */
  readonly names: Set<string>
}

type Columns = Pick<
  PointBatch,
  'measurements' | 'tags' | 'times' | 'devices' | 'judgements' | 'names' | 'types' | 'texts' | 'units'
>

/**
 * Brings records of one place and time together that stand apart in their message: each joins the last point of its place
 * and time, unless one of its fields is there already. Points stand in the order of their first records.
 *
 * @param recordStarts where in the fields of the batch each record begins, ascending
 */
export function regroup(batch: PointBatch, recordStarts: readonly number[]): void {
  const groups = groupsOf(batch, recordStarts)
  if (groups === undefined) return
  const columns = copyOf(batch)
  const { hasUnits } = batch
  batch.points = 0
  batch.fields = 0
  for (const { point, slices } of groups) {
    for (const slice of slices) addFields(batch, columns, slice, hasUnits)
    addPoint(batch, columns, point)
  }
}

/** Undefined where all records already are where they belong. */
function groupsOf(batch: PointBatch, recordStarts: readonly number[]): readonly Group[] | undefined {
  const groups: Group[] = []
  const open = new Map<string, Group>()
  const keyOf = placeKeys(batch)
  let hasMoved = false
  let record = 0
  for (let point = 0; point < batch.points; point++) {
    const from = batch.firstField[point]!
    const to = batch.firstField[point + 1]!
    if (batch.judgements[point] !== 'keep' || batch.times[point] === '') {
      join(newGroup(groups, point), batch, { from, to })
      continue
    }
    const key = keyOf(point)
    for (let start = from; start < to; ) {
      while (recordStarts[record]! <= start) record++
      const slice = { from: start, to: Math.min(recordStarts[record] ?? to, to) }
      const known = open.get(key)
      const group = known === undefined || hasAnyOf(known, batch, slice) ? newGroup(groups, point) : known
      open.set(key, group)
      join(group, batch, slice)
      hasMoved ||= group.point !== point
      start = slice.to
    }
  }
  return hasMoved ? groups : undefined
}

function newGroup(groups: Group[], point: number): Group {
  const group: Group = { point, slices: [], names: new Set() }
  groups.push(group)
  return group
}

function hasAnyOf({ names }: Group, batch: PointBatch, { from, to }: Slice): boolean {
  for (let f = from; f < to; f++) if (names.has(escapeName(batch.names[f]!))) return true
  return false
}

function join({ slices, names }: Group, batch: PointBatch, slice: Slice): void {
  slices.push(slice)
  for (let f = slice.from; f < slice.to; f++) names.add(escapeName(batch.names[f]!))
}

/** Place and time of a point as one text; tags and devices are told apart by identity. */
function placeKeys(batch: PointBatch): (point: number) => string {
  const numbers = new Map<object | undefined, number>()
  const numberOf = (part: object | undefined) => {
    const known = numbers.get(part)
    if (known !== undefined) return known
    numbers.set(part, numbers.size)
    return numbers.size - 1
  }
  return (p) =>
    `${batch.times[p]} ${numberOf(batch.tags[p])} ${numberOf(batch.devices[p])} ${batch.measurements[p]}`
}

function copyOf(batch: PointBatch): Columns {
  const { points, fields } = batch
  return {
    measurements: batch.measurements.slice(0, points),
    tags: batch.tags.slice(0, points),
    times: batch.times.slice(0, points),
    devices: batch.devices.slice(0, points),
    judgements: batch.judgements.slice(0, points),
    names: batch.names.slice(0, fields),
    types: batch.types.slice(0, fields),
    texts: batch.texts.slice(0, fields),
    units: batch.hasUnits ? batch.units.slice(0, fields) : [],
  }
}

function addFields(batch: PointBatch, columns: Columns, { from, to }: Slice, hasUnits: boolean): void {
  for (let f = from; f < to; f++) {
    batch.field(columns.names[f]!, columns.types[f]!, columns.texts[f]!)
    if (hasUnits) batch.unit(columns.units[f]!)
  }
}

function addPoint(batch: PointBatch, columns: Columns, p: number): void {
  batch.point(
    columns.measurements[p]!,
    columns.tags[p]!,
    columns.times[p]!,
    columns.devices[p],
    columns.judgements[p],
  )
}
