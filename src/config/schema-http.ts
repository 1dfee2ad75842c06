import Type from 'typebox'
import { ServerTls } from './schema-listeners.js'
import { SECTION, text } from './schema-parts.js'

export const Http = Type.Object(
  {
    host: text(
      'Address to bind to. Beyond this machine, signIn: required and tls (or trustedProxies) are needed.',
      {
        default: '127.0.0.1',
      },
    ),
    port: Type.Integer({
      description: 'TCP port of API, console, metrics, live streams and MQTT over WebSocket (/mqtt).',
      minimum: 0,
      maximum: 65_535,
      default: 8080,
    }),
    tls: Type.Optional(ServerTls),
    signIn: Type.Enum(['off', 'required'], {
      description:
        'required: people sign in, programs send a token, and each sees and does what role and scope permit. off: whoever reaches the port may do everything.',
      default: 'off',
    }),
    trustedProxies: Type.Array(
      text('IP address or network.', { format: 'ip-network', examples: ['10.0.0.5'] }),
      {
        description:
          'Reverse proxies that encrypt: only from them requests are taken (and from this machine), and what they say of client and protocol in X-Forwarded-For, X-Forwarded-Proto and X-Forwarded-Host is believed.',
        default: [],
        examples: [['10.0.0.5'], ['127.0.0.1', '10.1.0.0/16']],
      },
    ),
    publicUrl: Type.Optional(
      text(
        'Origin under which people reach the gateway, for the links in records and on labels. Without it, that of the request.',
        { format: 'origin', examples: ['https://gateway.example'] },
      ),
    ),
    allowedHosts: Type.Array(text('Host name.'), {
      description:
        'Host names, beside those of this machine, that requests may be addressed to while host is a loopback address; for a proxy in front.',
      default: [],
      examples: [['gateway.example']],
    }),
  },
  { ...SECTION, description: 'The HTTP server.' },
)
