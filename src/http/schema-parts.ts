/** Parts of the API's schemas that more than one route uses. */
import { Type } from 'typebox'
import { REASONS } from '../core/reasons.js'

const MAX_TEXT = 1_024

export function textParameter(description: string) {
  return Type.String({ description, minLength: 1, maxLength: MAX_TEXT })
}

export const DeviceParameter = textParameter('Name of the device, or its path site/area/line/device.')

export const ScopeParameter = Type.String({
  description: 'Only what is at or below this path of the tree site/area/line/device; empty for all.',
  maxLength: MAX_TEXT,
})

export const CursorParameter = Type.String({
  description: 'The nextCursor of the page before.',
  minLength: 1,
  maxLength: 64,
})

export function limitParameter(defaultLimit: number, maximum: number) {
  return Type.Integer({
    description: 'Entries on a page, at the most.',
    minimum: 1,
    maximum,
    default: defaultLimit,
  })
}

export const NextCursor = Type.Union([Type.String(), Type.Null()], {
  description: 'For the next page; null on the last one.',
})

export const Time = Type.String({ description: 'RFC 3339, UTC.', format: 'date-time' })
const Count = Type.Integer({ minimum: 0 })

export const Messages = Type.Object(
  { received: Count, decoded: Count, ignored: Count, deadLettered: Count, refused: Count },
  { description: 'received = decoded + ignored + deadLettered + refused' },
)

export const Points = Type.Object(
  { decoded: Count, stored: Count, filtered: Count, deadLettered: Count, pending: Count },
  { description: 'decoded = stored + filtered + deadLettered + pending; stored by the primary sink' },
)

export const Reasons = Type.Partial(
  Type.Object(Object.fromEntries(Object.keys(REASONS).map((code) => [code, Type.Integer()]))),
  { description: 'What did not simply pass, or did not pass as it came, by reason; what is 0 is left out.' },
)

export const SinkLine = Type.Object({
  name: Type.String(),
  type: Type.String(),
  primary: Type.Boolean({ description: 'Its settling is what the ledger calls stored.' }),
  state: Type.Enum(['ok', 'retrying']),
  storedPoints: Count,
  deadLetteredPoints: Count,
  pendingPoints: Count,
  lagMs: Type.Number({ minimum: 0, description: 'Age of the oldest block that it has not settled.' }),
  lastError: Type.String({ description: 'Its own words while it retries, else empty.' }),
})

export const DevicePath = Type.String({ description: 'site/area/line/device, the levels that are known.' })
export const LastReceived = Type.Union([Time, Type.Null()])

/** Null for a device that nothing was received from. */
export function timeOrNull(epochMs: number): string | null {
  return epochMs === 0 ? null : new Date(epochMs).toISOString()
}
