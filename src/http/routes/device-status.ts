import { DeviceAnswer } from '../device-json.js'
import { CHANGE_HEADERS } from '../device-tag.js'
import { DeviceId, WRITE_ERRORS, writeDevice } from '../device-write.js'
import { NOTHING, type Route, route } from '../route.js'

export const confirmDeviceRoute = statusRoute(
  'confirm',
  'confirmed',
  'Confirms a device: someone answers for it, and it counts as registered.',
)

export const rejectDeviceRoute = statusRoute(
  'reject',
  'rejected',
  'Rejects a device: it leaves the tree, and its messages are refused.',
)

function statusRoute(verb: string, status: 'confirmed' | 'rejected', summary: string): Route {
  return route(
    {
      method: 'POST',
      url: `/api/v1/devices/:id/${verb}`,
      access: { role: 'operator', scope: 'tree' },
      audit: { event: 'device_changed', target: 'id' },
      summary,
      params: DeviceId,
      query: NOTHING,
      headers: CHANGE_HEADERS,
      answer: DeviceAnswer,
      hasEntityTag: true,
      errors: [...WRITE_ERRORS, 'LG_DEVICE_ID_UNKNOWN'],
    },
    (views, { params: { id }, headers, reply }) =>
      writeDevice(views, id, { headers, reply }, (expected) => {
        return views.registry.setStatus(id, status, expected)
      }),
  )
}
