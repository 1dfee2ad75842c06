import { type Static, Type } from 'typebox'
import type { Device } from '../core/device.js'
import { LEVELS } from '../core/device.js'
import { AGGREGATES, type HistoryQuery } from '../core/sink.js'
import { invalidParameter } from './problem.js'
import { CLOSED } from './route.js'
import { DeviceParameter, limitParameter, textParameter } from './schema-parts.js'
import { parseDuration, parseTime } from './time-range.js'

/** More windows than this would be computed to be thrown away. */
const MAX_WINDOWS = 1_000_000

export const HistoryParameters = Type.Object(
  {
    device: DeviceParameter,
    field: textParameter('Name of the field.'),
    measurement: Type.Optional(
      textParameter('Name of the measurement; all that have the field when left out.'),
    ),
    from: Type.String({
      description: 'Inclusive: RFC 3339, epoch milliseconds, or relative to now such as -1h.',
      default: '-1h',
    }),
    to: Type.String({ description: 'Exclusive, like from.', default: 'now' }),
    every: Type.Optional(
      Type.String({ description: 'Width of a window: 500ms, 10s, 1m, 1h, 1d, or milliseconds.' }),
    ),
    aggregate: Type.Optional(
      Type.Enum([...AGGREGATES], { description: 'Of a window; last when only every is given.' }),
    ),
    limit: limitParameter(1_000, 10_000),
    sink: Type.Optional(textParameter('Name of the sink to ask; the primary one when left out.')),
  },
  CLOSED,
)
export type HistoryParameters = Static<typeof HistoryParameters>

/** What to ask a sink. One row more than asked for shows whether there are more. */
export function toHistoryQuery(
  parameters: HistoryParameters,
  device: Device,
  nowMs: number = Date.now(),
): HistoryQuery {
  const { field, measurement, from, to, limit } = parameters
  const fromMs = parseTime('from', from, nowMs)
  const toMs = parseTime('to', to, nowMs)
  if (fromMs >= toMs) throw invalidParameter('from', 'must be before to')
  return {
    tags: Object.fromEntries(LEVELS.map((level) => [level, device[level]])),
    field,
    fromMs,
    toMs,
    limit: limit + 1,
    ...(measurement === undefined ? {} : { measurement }),
    ...windowsOf(parameters, toMs - fromMs),
  }
}

function windowsOf({ every, aggregate }: HistoryParameters, spanMs: number) {
  if (every === undefined) {
    if (aggregate !== undefined) throw invalidParameter('every', 'is missing: aggregate needs it')
    return {}
  }
  const everyMs = parseDuration(every)
  if (everyMs === undefined || everyMs < 1)
    throw invalidParameter('every', 'must be a time such as 10s or 1m')
  if (spanMs / everyMs > MAX_WINDOWS) {
    throw invalidParameter('every', `must be longer: at most ${MAX_WINDOWS} windows between from and to`)
  }
  return { everyMs, aggregate: aggregate ?? ('last' as const) }
}
