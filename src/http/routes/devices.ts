import { Type } from 'typebox'
import { NO_DEVICE_SLOT } from '../../core/device.js'
import { readCursor, writeCursor } from '../cursor.js'
import { CLOSED, NOTHING, route } from '../route.js'
import {
  CursorParameter,
  DevicePath,
  LastReceived,
  limitParameter,
  NextCursor,
  ScopeParameter,
  timeOrNull,
} from '../schema-parts.js'
import { selectedDevices, slotsAfter } from '../select-devices.js'

const Seen = Type.Object({
  device: Type.String(),
  path: DevicePath,
  site: Type.String(),
  area: Type.String(),
  line: Type.String(),
  lastReceived: LastReceived,
})

export const devicesRoute = route(
  {
    url: '/api/v1/devices',
    summary: 'The devices seen, with their place in the tree.',
    params: NOTHING,
    query: Type.Object(
      {
        scope: Type.Optional(ScopeParameter),
        limit: limitParameter(100, 1_000),
        cursor: Type.Optional(CursorParameter),
      },
      CLOSED,
    ),
    answer: Type.Object({ devices: Type.Array(Seen), nextCursor: NextCursor }),
    errors: [],
  },
  ({ devices, ledger }, { query }) => {
    const after = query.cursor === undefined ? NO_DEVICE_SLOT : readCursor('device', query.cursor)
    const slots = slotsAfter(devices, selectedDevices(devices, query), after, query.limit + 1)
    const page = slots.slice(0, query.limit)
    return {
      devices: page.map((slot) => {
        const { device, path, site, area, line } = devices.get(slot)!
        return { device, path, site, area, line, lastReceived: timeOrNull(ledger.lastReceivedMs(slot)) }
      }),
      nextCursor: slots.length > page.length ? writeCursor('device', page.at(-1)!) : null,
    }
  },
)
