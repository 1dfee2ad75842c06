import { type Static, Type } from 'typebox'
import { GatewayError } from '../core/errors.js'
import type { DeadLetterFilter, DeviceDirectory } from '../core/views.js'
import { invalidRequest, type Violation } from './problem.js'
import { CLOSED } from './route.js'
import { textParameter } from './schema-parts.js'
import { parseTime } from './time-range.js'

/** Parameters that narrow the dead letters. */
export const LetterFilterParameters = {
  device: Type.Optional(textParameter('Path, id or name of the device.')),
  reason: Type.Optional(textParameter('Code of the reason.')),
  topic: Type.Optional(textParameter('The topic, whole, or an MQTT topic filter with + and #.')),
  from: Type.Optional(
    textParameter(
      'Arrived at this time or later: RFC 3339, epoch milliseconds, or relative to now such as -1h.',
    ),
  ),
  to: Type.Optional(textParameter('Arrived before this time, like from.')),
}

export const LetterFilter = Type.Object(LetterFilterParameters, CLOSED)
export type LetterFilter = Static<typeof LetterFilter>

/** `place`: where the filter stands in the request, such as `query`. */
export function toLetterFilter(
  devices: DeviceDirectory,
  { device, reason, topic, from, to }: LetterFilter,
  place: string,
  nowMs: number = Date.now(),
): DeadLetterFilter {
  const fromMs = timeOf('from', from, place, nowMs)
  const toMs = timeOf('to', to, place, nowMs)
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw invalidRequest([{ path: `${place}.from`, message: 'must be before to' }])
  }
  return {
    ...(device === undefined ? {} : { device, slots: devices.find(device).map(({ slot }) => slot) }),
    ...(reason === undefined ? {} : { reason }),
    ...(topic === undefined ? {} : { topic }),
    ...(fromMs === undefined ? {} : { fromMs }),
    ...(toMs === undefined ? {} : { toMs }),
  }
}

function timeOf(name: string, text: string | undefined, place: string, nowMs: number): number | undefined {
  try {
    return text === undefined ? undefined : parseTime(name, text, nowMs)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    const violations = error.details.violations as readonly Violation[]
    throw invalidRequest(violations.map(({ message }) => ({ path: `${place}.${name}`, message })))
  }
}
