import { Type } from 'typebox'
import { FilterParameters, filterOf } from '../device-filter.js'
import { ListedDevice, listedDevice } from '../device-json.js'
import { SORTS } from '../device-order.js'
import { readDevicePage } from '../device-page.js'
import { CLOSED, NOTHING, route } from '../route.js'
import { limitParameter, NextCursor } from '../schema-parts.js'

/** Holds the name or path of a device. */
const MAX_CURSOR_LENGTH = 8_192

export const devicesRoute = route(
  {
    url: '/api/v1/devices',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'The devices that are registered, discovered or rejected.',
    params: NOTHING,
    query: Type.Object(
      {
        ...FilterParameters,
        sort: Type.Optional(
          Type.Enum([...SORTS], {
            description: '- before it: descending. The order of arrival when left out.',
          }),
        ),
        limit: limitParameter(100, 1_000),
        cursor: Type.Optional(
          Type.String({
            description: 'The nextCursor of the page before, with the same sort.',
            minLength: 1,
            maxLength: MAX_CURSOR_LENGTH,
          }),
        ),
      },
      CLOSED,
    ),
    answer: Type.Object({ devices: Type.Array(ListedDevice), nextCursor: NextCursor }),
    errors: ['LG_REQUEST_TOOK_TOO_LONG'],
  },
  async (views, { query }) => {
    const { slots, nextCursor } = await readDevicePage(views, filterOf(query, views), query)
    return {
      devices: slots.flatMap((slot) => {
        const record = views.registry.record(slot)
        // Removed since its page was made up.
        return record === undefined ? [] : [listedDevice(views, slot, record)]
      }),
      nextCursor,
    }
  },
)
