import { type Static, Type } from 'typebox'
import type { Counts } from '../../core/counts.js'
import { NO_DEVICE_SLOT } from '../../core/device.js'
import { readCursor, writeCursor } from '../cursor.js'
import type { HttpViews } from '../inputs.js'
import { CLOSED, NOTHING, route } from '../route.js'
import {
  CursorParameter,
  DeviceParameter,
  DevicePath,
  LastReceived,
  limitParameter,
  Messages,
  NextCursor,
  Points,
  Reasons,
  ScopeParameter,
  SinkLine,
  Time,
  timeOrNull,
} from '../schema-parts.js'
import { isAll, type Selection, selectedDevices, slotsAfter, withinScope } from '../select-devices.js'

const Row = Type.Object({
  device: Type.String({ description: 'Empty for the messages that belong to no device.' }),
  path: DevicePath,
  messages: Messages,
  points: Points,
  reasons: Reasons,
  lastReceived: LastReceived,
  removed: Type.Optional(
    Type.Literal(true, { description: 'The device was removed, and its name with it; its counts stay.' }),
  ),
})

const Query = Type.Object(
  {
    device: Type.Optional(DeviceParameter),
    scope: Type.Optional(ScopeParameter),
    limit: limitParameter(100, 1_000),
    cursor: Type.Optional(CursorParameter),
  },
  CLOSED,
)

/**
 * The counts. A page is of one instant: its totals are those of all devices selected, and without more pages its rows
 * add up to them.
 */
export const ledgerRoute = route(
  {
    url: '/api/v1/ledger',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'The counts of messages and points, in total, by sink and by device.',
    params: NOTHING,
    query: Query,
    answer: Type.Object({
      time: Time,
      totals: Type.Object({ messages: Messages, points: Points, reasons: Reasons }),
      sinks: Type.Array(SinkLine),
      devices: Type.Array(Row),
      nextCursor: NextCursor,
    }),
    errors: ['LG_DEVICE_UNKNOWN'],
  },
  (views, { query: asked, identity }) => {
    const { ledger, devices, sinks } = views
    const query = withinScope(asked, identity.scope)
    const selected = selectedDevices(devices, query)
    const after = query.cursor === undefined ? start(views, query) : readCursor('device', query.cursor)
    const selectedSlots = selected?.map(({ slot }) => slot)
    const slots = slotsAfter(devices, selected, after, query.limit + 1)
    const page = slots.slice(0, query.limit)
    return {
      time: new Date().toISOString(),
      totals: {
        ...(selectedSlots === undefined ? ledger.totals() : ledger.sum(selectedSlots)),
        reasons: ledger.reasons(selectedSlots),
      },
      sinks: [...sinks.statuses()],
      devices: page.filter((slot) => hasRow(views, slot)).map((slot) => rowOf(views, slot)),
      nextCursor: slots.length > page.length ? writeCursor('device', page.at(-1)!) : null,
    }
  },
)

/** The first page of all devices begins with what belongs to none, if there is any. */
function start({ ledger }: HttpViews, selection: Selection): number {
  return isAll(selection) && hasCounts(ledger.counts(NO_DEVICE_SLOT)) ? -1 : NO_DEVICE_SLOT
}

/** A device that was removed has one for what it had sent, so that the rows add up to the totals. */
function hasRow({ ledger, devices }: HttpViews, slot: number): boolean {
  return devices.get(slot) !== undefined || hasCounts(ledger.counts(slot))
}

/** The gateway's own points come without messages. */
function hasCounts({ messages, points }: Counts): boolean {
  return messages.received > 0 || points.decoded > 0
}

function rowOf({ ledger, devices }: HttpViews, slot: number): Static<typeof Row> {
  const known = devices.get(slot)
  const { device = '', path = '' } = known ?? {}
  return {
    device,
    path,
    ...ledger.counts(slot),
    reasons: ledger.reasons([slot]),
    lastReceived: timeOrNull(ledger.lastReceivedMs(slot)),
    ...(known === undefined && slot !== NO_DEVICE_SLOT ? { removed: true as const } : {}),
  }
}
