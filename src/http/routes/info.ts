import { Type } from 'typebox'
import { NOTHING, route } from '../route.js'
import { Time } from '../schema-parts.js'

export const infoRoute = route(
  {
    url: '/api/v1/info',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'Which gateway this is, and where devices publish.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({
      gatewayId: Type.String(),
      version: Type.String(),
      startedAt: Time,
      time: Time,
      mqtt: Type.Array(Type.String(), { description: 'Addresses of the MQTT listeners.' }),
    }),
    errors: [],
  },
  ({ about }) => ({
    gatewayId: about.gatewayId,
    version: about.version,
    startedAt: new Date(about.startedAtMs).toISOString(),
    time: new Date().toISOString(),
    mqtt: [...about.mqttUrls()],
  }),
)
