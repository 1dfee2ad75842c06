/** The points of measurement `production`: what a device or a node did in a shift, so far or in all of it. */
import { setImmediate } from 'node:timers/promises'
import { type Device, LEVELS } from '../../core/device.js'
import { FieldType, type Tag } from '../../core/point-batch.js'
import type { RecordedField, Recorder } from '../../core/recorder.js'
import type { TreeNode } from '../../core/registry.js'
import type { Shift } from '../../core/shifts.js'
import { levelOf, levelsOf } from '../networking/place.js'
import type { ProductionFigures } from './figures.js'

const MEASUREMENT = 'production'
/** Points made in one turn of the event loop. */
const POINTS_AT_ONCE = 512

/** Fields of a point, each a float. */
const NUMBERS = [
  'good',
  'bad',
  'cycles',
  'resets',
  'wraps',
  'stepBacks',
  'ignored',
  'runningMs',
  'plannedBusyMs',
  'availability',
  'effectiveness',
  'qualityRatio',
  'oee',
] as const

export interface ProductionPoint {
  readonly tags: readonly Tag[]
  readonly shift: Shift
  readonly figures: ProductionFigures
  /** The shift is over: these are its totals. */
  readonly isClosed: boolean
  /** Epoch milliseconds. */
  readonly timeMs: number
}

/** The levels of its place, and `level` device. */
export function deviceTags(device: Device): Tag[] {
  return [...LEVELS.map((name) => ({ name, value: device[name] })), { name: 'level', value: 'device' }]
}

/** The levels of a node, and `level`: all, site, area or line. Undefined for a node that is a device. */
export function nodeTags(node: TreeNode, device: (slot: number) => Device | undefined): Tag[] | undefined {
  const levels = levelsOf(node, device)
  const level = levelOf(levels)
  return level === 'device' ? undefined : [...levels, { name: 'level', value: level }]
}

export function recordPoint(recorder: Recorder, point: ProductionPoint): void {
  const { tags, shift, figures, isClosed, timeMs } = point
  const ofShift = [
    { name: 'shift', value: shift.name },
    { name: 'day', value: shift.day },
  ]
  recorder.record(MEASUREMENT, [...tags, ...ofShift], fieldsOf(figures, isClosed), timeMs)
}

/** A few at a time: messages go first. */
export async function recordInTurns(recorder: Recorder, points: Iterable<ProductionPoint>): Promise<void> {
  let count = 0
  for (const point of points) {
    recordPoint(recorder, point)
    if (++count % POINTS_AT_ONCE === 0) await setImmediate()
  }
}

function fieldsOf(figures: ProductionFigures, isClosed: boolean): RecordedField[] {
  const numbers = NUMBERS.flatMap((name): RecordedField[] => {
    const value = figures[name]
    return value === null ? [] : [{ name, type: FieldType.float, text: String(value) }]
  })
  return [...numbers, { name: 'closed', type: FieldType.boolean, text: String(isClosed) }]
}
