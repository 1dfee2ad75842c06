import Type from 'typebox'
import { CLOSED, choose, SECTION, text, wholeNumber } from './schema-parts.js'

const host = text('Address to bind to. 127.0.0.1 is this machine only, 0.0.0.0 every IPv4 network.', {
  default: '127.0.0.1',
})

const port = Type.Integer({
  description: 'TCP port; 0 takes any free one.',
  minimum: 0,
  maximum: 65_535,
  examples: [1883],
})

const PROTOCOL = 'mqtt: TCP. mqtts: TCP with TLS. ws: WebSocket. wss: WebSocket with TLS.'

const tls = Type.Object(
  {
    certFile: text('Certificate chain, PEM.', { examples: ['certs/gateway.crt'] }),
    keyFile: text('Private key of the certificate, PEM.', { examples: ['certs/gateway.key'] }),
    caFile: Type.Optional(
      text('Certificates of the authorities that sign client certificates, PEM.', {
        examples: ['certs/ca.crt'],
      }),
    ),
    requestClientCertificate: Type.Boolean({
      description: 'Only clients with a certificate signed by an authority of caFile may connect.',
      default: false,
    }),
  },
  {
    ...CLOSED,
    description: "Certificate and key; relative paths start at the configuration file's folder.",
  },
)

const Plain = Type.Object(
  { protocol: Type.Enum(['mqtt', 'ws'], { description: PROTOCOL }), host, port },
  { ...CLOSED, title: 'a listener without TLS' },
)

const Encrypted = Type.Object(
  { protocol: Type.Enum(['mqtts', 'wss'], { description: PROTOCOL }), host, port, tls },
  { ...CLOSED, title: 'a listener with TLS' },
)

const Listener = choose('protocol', [
  ['mqtt', Plain],
  ['mqtts', Encrypted],
  ['ws', Plain],
  ['wss', Encrypted],
])

export const Mqtt = Type.Object(
  {
    listeners: Type.Array(Listener, {
      description: 'Where devices connect.',
      minItems: 1,
      default: [{ protocol: 'mqtt', port: 1883 }],
    }),
    allowAnonymousFromNetwork: Type.Boolean({
      description:
        'Lets clients publish without signing in on listeners that are not bound to this machine alone.',
      default: false,
    }),
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
