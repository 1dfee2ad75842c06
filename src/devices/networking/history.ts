import type { Device } from '../../core/device.js'
import { FieldType } from '../../core/point-batch.js'
import type { RecordedField, Recorder } from '../../core/recorder.js'
import type { TreeNode } from '../../core/registry.js'
import type { NetworkingFigures } from './figures.js'
import { levelOf, levelsOf } from './place.js'

const MEASUREMENT = 'networking'

const COUNTS = ['registered', 'discovered', 'connected', 'fresh', 'stale', 'offline', 'unknown'] as const

export interface HistoryInputs {
  readonly root: TreeNode
  readonly device: (slot: number) => Device | undefined
  readonly figures: (node: TreeNode) => NetworkingFigures
  readonly recorder: Recorder
}

/**
 * Records the figures as they are now, one point per node of the levels all, site, area and line; none while there is no
 * device. `shift`: the name of the one that has just ended.
 */
export function recordFigures(
  { root, device, figures, recorder }: HistoryInputs,
  timeMs: number,
  shift?: string,
): void {
  const record = (node: TreeNode) => {
    const levels = levelsOf(node, device)
    const level = levelOf(levels)
    if (level === 'device') return
    const found = figures(node)
    if (found.registered + found.discovered > 0) {
      recorder.record(
        MEASUREMENT,
        [...levels, { name: 'level', value: level }],
        fieldsOf(found, shift),
        timeMs,
      )
    }
    for (const child of node.children) record(child)
  }
  record(root)
}

function fieldsOf(figures: NetworkingFigures, shift: string | undefined): RecordedField[] {
  const { networkingRate, sessionRate, deliveryRate } = figures
  const counts = COUNTS.map((name) => ({ name, type: FieldType.integer, text: String(figures[name]) }))
  const fields: RecordedField[] = [
    ...counts,
    ...rateField('networkingRate', networkingRate),
    ...rateField('sessionRate', sessionRate),
    ...rateField('deliveryMinute', deliveryRate.minute),
    ...rateField('deliveryHour', deliveryRate.hour),
    ...rateField('deliveryShift', deliveryRate.shift),
  ]
  return shift === undefined ? fields : [...fields, { name: 'shift', type: FieldType.string, text: shift }]
}

function rateField(name: string, rate: number | null): RecordedField[] {
  return rate === null ? [] : [{ name, type: FieldType.float, text: String(rate) }]
}
