import Type from 'typebox'
import { ROLES } from '../core/identity.js'
import { CLOSED, choose, SECTION, secret, text, wholeNumber } from './schema-parts.js'

const Sessions = Type.Object(
  {
    idleMs: wholeNumber('A session without a request or a live connection for this long ends.', {
      default: 8 * 3_600_000,
      minimum: 60_000,
    }),
    maxMs: wholeNumber('A session ends after this time in any case.', {
      default: 7 * 86_400_000,
      minimum: 60_000,
    }),
    perUser: wholeNumber('Sessions of one user at once; the oldest ends when one more begins.', {
      default: 10,
      minimum: 1,
      maximum: 1_000,
    }),
  },
  { ...SECTION, description: 'Sessions of people that signed in.' },
)

const SignIn = Type.Object(
  {
    failuresPerAccount: wholeNumber(
      'Wrong passwords for one account within ten minutes, past which it has to wait.',
      {
        default: 10,
        minimum: 1,
      },
    ),
    failuresPerAddress: wholeNumber('The same for one IP address, over all accounts.', {
      default: 50,
      minimum: 1,
    }),
    notice: Type.Optional(
      Type.Object(
        {
          en: text('In English.', { maxLength: 2_000, examples: ['For authorised staff. Use is recorded.'] }),
          zh: text('In Chinese. 中文文字', {
            maxLength: 2_000,
            examples: ['仅限授权人员使用，操作将被记录。'],
          }),
        },
        { ...CLOSED, description: 'What the page says before anyone signs in; line breaks are kept.' },
      ),
    ),
    minPasswordLength: wholeNumber('Shortest new password, in characters; of devices, too.', {
      default: 12,
      minimum: 8,
      maximum: 128,
    }),
  },
  { ...SECTION, description: 'Signing in.' },
)

const RoleMapping = Type.Object(
  {
    value: text('Value of the claim, or one of its values.', { examples: ['linegate-operators'] }),
    role: Type.Enum([...ROLES], { description: 'Role of these people.' }),
    scope: Type.String({
      description: 'Part of the tree that they see; empty for all.',
      default: '',
      examples: ['ningbo/moulding'],
    }),
  },
  CLOSED,
)

const Oidc = Type.Object(
  {
    issuer: text('Address of the OpenID provider; https, but for one on this machine.', {
      format: 'resolver-url',
      examples: ['https://sso.example/realms/plant'],
    }),
    clientId: text('Id of the gateway at the provider.', { examples: ['linegate'] }),
    clientSecret: secret('Its secret there.'),
    name: text('What the button for it says.', { default: 'Single sign-on' }),
    claim: text('Claim that roles are read from; a dot leads into objects.', {
      default: 'groups',
      examples: ['groups', 'realm_access.roles'],
    }),
    roles: Type.Array(RoleMapping, {
      description: 'Roles by value of the claim; the first that fits counts, and who fits none is refused.',
      minItems: 1,
    }),
  },
  {
    ...CLOSED,
    description:
      'Signing in through OpenID Connect. It needs http.publicUrl, whose path /api/v1/oidc/callback the provider must know.',
  },
)

const host = text('Name or address of the server.', { examples: ['syslog.example'] })
const port = Type.Integer({ description: 'Its port.', minimum: 1, maximum: 65_535, default: 514 })
const SyslogPlain = Type.Object(
  { transport: Type.Enum(['udp', 'tcp'], { description: 'udp, tcp or tls (RFC 5425).' }), host, port },
  CLOSED,
)
const SyslogTls = Type.Object(
  {
    transport: Type.Enum(['tls'], { description: 'udp, tcp or tls (RFC 5425).' }),
    host,
    port: Type.Integer({ description: 'Its port.', minimum: 1, maximum: 65_535, default: 6514 }),
    caFile: Type.Optional(
      text('Authorities that sign its certificate, PEM; those of the system when absent.'),
    ),
  },
  CLOSED,
)

const Audit = Type.Object(
  {
    retentionDays: wholeNumber('Files whose last record is older are removed, which is recorded.', {
      default: 180,
      minimum: 1,
      maximum: 36_500,
    }),
    maxFileBytes: wholeNumber(
      'A file is closed at this size, or at the end of the day (UTC), and the next begun.',
      {
        default: 16 * 1_048_576,
        minimum: 65_536,
      },
    ),
    reads: Type.Boolean({
      description:
        'Record who read what over HTTP and live streams, too; refusals and changes are recorded in any case.',
      default: false,
    }),
    connections: Type.Boolean({
      description:
        'Record each MQTT client that comes in, too; those that are refused are recorded in any case.',
      default: false,
    }),
    syslog: Type.Optional(
      choose('transport', [
        ['udp', SyslogPlain],
        ['tcp', SyslogPlain],
        ['tls', SyslogTls],
      ]),
    ),
  },
  {
    ...SECTION,
    description:
      'The audit trail, in the folder audit of gateway.dataDirectory; syslog sends a copy (RFC 5424).',
  },
)

export const Security = Type.Object(
  { sessions: Sessions, signIn: SignIn, oidc: Type.Optional(Oidc), audit: Audit },
  {
    ...SECTION,
    description: 'People, and the record of what they and devices tried. What devices may is under mqtt.',
  },
)
