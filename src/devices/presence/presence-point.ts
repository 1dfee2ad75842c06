import { LEVELS } from '../../core/device.js'
import { FieldType, type Tag } from '../../core/point-batch.js'
import type { RecordedField } from '../../core/recorder.js'
import { State } from './states.js'
import type { Transition } from './transitions.js'

/** The arguments of `Recorder.record`. */
export type PresencePoint = readonly [
  measurement: string,
  tags: readonly Tag[],
  fields: readonly RecordedField[],
  timeMs: number,
]

/**
 * A transition as a point of the measurement `presence`, with the tags of the device. Fields: `state`; `stateCode` 0
 * unknown, 1 online, 2 stale, 3 offline; `reason`, the sentence in English; `silentMs` when it is stale.
 */
export function presencePoint({ device, to, atMs, silentMs, reason }: Transition): PresencePoint {
  const tags = LEVELS.map((name) => ({ name, value: device[name] }))
  const fields: RecordedField[] = [
    { name: 'state', type: FieldType.string, text: to },
    { name: 'stateCode', type: FieldType.integer, text: String(State[to]) },
    { name: 'reason', type: FieldType.string, text: reason.en },
  ]
  if (to === 'stale' && silentMs !== undefined) {
    fields.push({ name: 'silentMs', type: FieldType.integer, text: String(Math.round(silentMs)) })
  }
  return ['presence', tags, fields, atMs]
}
