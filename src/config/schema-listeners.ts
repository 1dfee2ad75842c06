import Type from 'typebox'
import { AUTHENTICATION_METHODS } from '../core/client-access.js'
import { CLOSED, choose, text } from './schema-parts.js'

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

export const authentication = Type.Array(Type.Enum([...AUTHENTICATION_METHODS]), {
  description:
    'How clients say who they are: with any of these. none: not at all; only alone, and with nothing but this machine able to connect, unless mqtt.allowAnonymousFromNetwork says otherwise. password: user name and password. token: a device token, as the password. certificate: a client certificate signed by an authority of tls.caFile; alone, TLS asks each client for one.',
  minItems: 1,
  uniqueItems: true,
  default: ['none'],
  examples: [['token'], ['certificate'], ['password', 'token']],
})

export const allowedOrigins = Type.Array(Type.String({ format: 'origin' }), {
  description: 'Origins of web pages that may connect, beside those that are served under the same address.',
  default: [],
  examples: [['https://console.example']],
})

/** Certificate and key of a server. */
const certificate = {
  certFile: text('Certificate chain, PEM.', { examples: ['certs/gateway.crt'] }),
  keyFile: text('Private key of the certificate, PEM.', { examples: ['certs/gateway.key'] }),
  minVersion: Type.Enum(['TLSv1.2', 'TLSv1.3'], {
    description:
      'Oldest version of TLS that is spoken. With 1.2, ciphers without forward secrecy or authenticated encryption are off.',
    default: 'TLSv1.2',
  }),
}

const FILES =
  "relative paths start at the configuration file's folder, and what they hold is read again at a reload"

export const ServerTls = Type.Object(certificate, {
  ...CLOSED,
  description: `Certificate and key; ${FILES}.`,
})

const tls = Type.Object(
  {
    ...certificate,
    caFile: Type.Optional(
      text('Certificates of the authorities that sign client certificates, PEM.', {
        examples: ['certs/ca.crt'],
      }),
    ),
    crlFile: Type.Optional(
      text(
        'Revocation lists of these authorities, PEM. Connections of revoked certificates are closed when it is read.',
        {
          examples: ['certs/ca.crl'],
        },
      ),
    ),
  },
  { ...CLOSED, description: `Certificate and key; ${FILES}.` },
)

const common = { host, port, authentication }

const Plain = Type.Object(
  { protocol: Type.Enum(['mqtt'], { description: PROTOCOL }), ...common },
  { ...CLOSED, title: 'a listener without TLS' },
)

const Encrypted = Type.Object(
  { protocol: Type.Enum(['mqtts'], { description: PROTOCOL }), ...common, tls },
  { ...CLOSED, title: 'a listener with TLS' },
)

const PlainWeb = Type.Object(
  { protocol: Type.Enum(['ws'], { description: PROTOCOL }), ...common, allowedOrigins },
  { ...CLOSED, title: 'a WebSocket listener without TLS' },
)

const EncryptedWeb = Type.Object(
  { protocol: Type.Enum(['wss'], { description: PROTOCOL }), ...common, allowedOrigins, tls },
  { ...CLOSED, title: 'a WebSocket listener with TLS' },
)

export const Listener = choose('protocol', [
  ['mqtt', Plain],
  ['mqtts', Encrypted],
  ['ws', PlainWeb],
  ['wss', EncryptedWeb],
])
