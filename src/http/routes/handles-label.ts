import { Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { labelSvg } from '../../devices/identifiers/label.js'
import { identifiersOf } from '../identifiers.js'
import { HandleParameters } from '../item-json.js'
import { NOTHING, route } from '../route.js'

const SVG_TYPE = 'image/svg+xml'

const LABEL = {
  query: NOTHING,
  answer: Type.String(),
  mediaType: SVG_TYPE,
} as const

/** To be printed and stuck on the machine: the code opens its live page. */
export const deviceLabelRoute = route(
  {
    url: '/api/v1/devices/:id/label.svg',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'A label of a device to print, with a QR code of its live page; sizes in millimetres.',
    params: Type.Object({
      id: Type.String({ description: 'Id of the device.', minLength: 1, maxLength: 255 }),
    }),
    ...LABEL,
    errors: ['LG_DEVICE_UNKNOWN'],
  },
  (views, { params, reply, origin }) => {
    const label = identifiersOf(views, reply.request).deviceLabel(params.id, origin)
    if (label === undefined) throw new GatewayError('LG_DEVICE_UNKNOWN', { device: params.id })
    reply.type(SVG_TYPE)
    return reply.send(labelSvg(label))
  },
)

/** The code leads to the record of the item; that of a device, to its live page. */
export const itemLabelRoute = route(
  {
    url: '/api/v1/items/:handle/label.svg',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'A label of an item to print, with a QR code of its record; sizes in millimetres.',
    params: HandleParameters,
    ...LABEL,
    errors: ['LG_HANDLE_UNKNOWN'],
  },
  (views, { params, reply, origin }) => {
    const { handle } = params
    const label = identifiersOf(views, reply.request).itemLabel(handle, origin)
    if (label === undefined) throw new GatewayError('LG_HANDLE_UNKNOWN', { handle })
    reply.type(SVG_TYPE)
    return reply.send(labelSvg(label))
  },
)
