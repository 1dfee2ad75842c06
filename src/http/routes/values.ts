import { Type } from 'typebox'
import { CLOSED, NOTHING, route } from '../route.js'
import { DeviceParameter, DevicePath, Time } from '../schema-parts.js'
import { resolveDevice } from '../select-devices.js'

const Value = Type.Object({
  measurement: Type.String(),
  field: Type.String(),
  value: Type.Union([Type.Number(), Type.String(), Type.Boolean()]),
  time: Time,
})

export const valuesRoute = route(
  {
    url: '/api/v1/values',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'The newest value of each field of a device, since the gateway started.',
    params: NOTHING,
    query: Type.Object({ device: DeviceParameter }, CLOSED),
    answer: Type.Object({ device: Type.String(), path: DevicePath, values: Type.Array(Value) }),
    errors: ['LG_DEVICE_UNKNOWN', 'LG_DEVICE_AMBIGUOUS'],
  },
  ({ devices, latest }, { query }) => {
    const { device, path, slot } = resolveDevice(devices, query.device)
    return { device, path, values: latest.of(slot) }
  },
)
