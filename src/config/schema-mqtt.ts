import Type from 'typebox'
import { allowedOrigins, authentication, Listener } from './schema-listeners.js'
import { MqttLimits } from './schema-mqtt-limits.js'
import { SECTION, wholeNumber } from './schema-parts.js'
import { CertificateRules, Profiles } from './schema-profiles.js'

const OverHttp = Type.Object(
  { authentication, allowedOrigins },
  { ...SECTION, description: 'MQTT over WebSocket at /mqtt of the HTTP server.' },
)

export const Mqtt = Type.Object(
  {
    listeners: Type.Array(Listener, {
      description: 'Where devices connect.',
      minItems: 1,
      default: [{ protocol: 'mqtt', port: 1883 }],
    }),
    overHttp: OverHttp,
    allowAnonymousFromNetwork: Type.Boolean({
      description:
        'Lets clients publish without signing in on listeners that are not bound to this machine alone.',
      default: false,
    }),
    profiles: Profiles,
    certificates: CertificateRules,
    refusedPublish: Type.Enum(['acknowledge', 'close'], {
      description:
        'What a client gets that publishes what it may not: MQTT 3.1.1 has no answer for it. acknowledge: the message is acknowledged and dropped, and counted as refused. close: its connection is closed, too.',
      default: 'acknowledge',
    }),
    limits: MqttLimits,
    expressLane: Type.Enum(['on', 'off'], {
      description:
        'on: telemetry goes from the socket straight to the spool. off: through the broker, several times slower; for comparison.',
      default: 'on',
    }),
    maxPacketBytes: wholeNumber('Largest MQTT packet; a client that sends a larger one is disconnected.', {
      default: 1_048_576,
      minimum: 1_024,
      maximum: 268_435_455,
    }),
  },
  { ...SECTION, description: 'The MQTT broker.' },
)
