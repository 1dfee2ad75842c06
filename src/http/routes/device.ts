import { Type } from 'typebox'
import { NO_DEVICE_SLOT } from '../../core/device.js'
import { GatewayError } from '../../core/errors.js'
import { MERGE_PATCH_TYPE } from '../bodies.js'
import { DeviceBody, DevicePatchBody } from '../device-body.js'
import { DeviceAnswer, deviceAnswer } from '../device-json.js'
import { CHANGE_HEADERS, entityTag, isTagged, READ_HEADERS } from '../device-tag.js'
import { DeviceId, underConditions, WRITE_ERRORS, writeDevice } from '../device-write.js'
import { JSON_TYPE, NOTHING, route } from '../route.js'

const URL = '/api/v1/devices/:id'

export const deviceRoute = route(
  {
    url: URL,
    access: { role: 'viewer', scope: 'tree' },
    summary: 'One device, by its id.',
    params: DeviceId,
    query: NOTHING,
    headers: READ_HEADERS,
    answer: DeviceAnswer,
    emptyStatuses: [304],
    hasEntityTag: true,
    errors: ['LG_DEVICE_ID_UNKNOWN'],
  },
  (views, { params: { id }, headers, reply }) => {
    const slot = views.registry.byId(id)?.slot ?? NO_DEVICE_SLOT
    const record = views.registry.record(slot)
    if (record === undefined) throw new GatewayError('LG_DEVICE_ID_UNKNOWN', { id })
    reply.header('etag', entityTag(record.revision))
    const known = headers['if-none-match']
    if (known !== undefined && isTagged(known, record.revision, true)) return reply.code(304).send()
    return deviceAnswer(views, slot, record)
  },
)

export const putDeviceRoute = route(
  {
    method: 'PUT',
    url: URL,
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'device_changed', target: 'id' },
    summary: 'Registers a device, or replaces what is stated of it as a whole. Answered when it is on disk.',
    params: DeviceId,
    query: NOTHING,
    headers: CHANGE_HEADERS,
    body: { schema: DeviceBody, types: [JSON_TYPE], isCheckedByRoute: true },
    answer: DeviceAnswer,
    otherStatuses: [201],
    hasEntityTag: true,
    errors: [...WRITE_ERRORS, 'LG_DEVICE_PLACE_TAKEN'],
  },
  (views, { params: { id }, body, headers, reply }) =>
    writeDevice(views, id, { headers, reply }, (expected) => views.registry.put(id, body, expected)),
)

export const patchDeviceRoute = route(
  {
    method: 'PATCH',
    url: URL,
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'device_changed', target: 'id' },
    summary: 'Changes what is stated of a device: absent stays as it is, null empties (RFC 7396).',
    params: DeviceId,
    query: NOTHING,
    headers: CHANGE_HEADERS,
    body: { schema: DevicePatchBody, types: [MERGE_PATCH_TYPE, JSON_TYPE], isCheckedByRoute: true },
    answer: DeviceAnswer,
    hasEntityTag: true,
    errors: [...WRITE_ERRORS, 'LG_DEVICE_ID_UNKNOWN', 'LG_DEVICE_PLACE_TAKEN'],
  },
  (views, { params: { id }, body, headers, reply }) =>
    writeDevice(views, id, { headers, reply }, (expected) => views.registry.patch(id, body, expected)),
)

export const deleteDeviceRoute = route(
  {
    method: 'DELETE',
    url: URL,
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'device_removed', target: 'id' },
    summary: 'Removes a device: its id and place are free again. If it speaks again, it is discovered anew.',
    params: DeviceId,
    query: NOTHING,
    headers: CHANGE_HEADERS,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: [...WRITE_ERRORS, 'LG_DEVICE_ID_UNKNOWN'],
  },
  async ({ registry }, { params: { id }, headers, reply }) => {
    await underConditions(registry, id, { headers, reply }, (expected) => registry.remove(id, expected))
    return reply.code(204).send()
  },
)
