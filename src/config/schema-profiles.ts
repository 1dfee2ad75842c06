import Type from 'typebox'
import { CLOSED, SECTION, text } from './schema-parts.js'

const template = text(
  'Topic filter, with placeholders of whole or partial levels: {site}, {area}, {line}, {device}, {username}, {clientId}, and attributes of the credential.',
  { maxLength: 1_024, examples: ['factory/{site}/{area}/{line}/{device}/#'] },
)

function rules(what: string) {
  return Type.Object(
    {
      allow: Type.Array(template, {
        description: `${what} is refused unless one of these matches.`,
        default: [],
      }),
      deny: Type.Array(template, { description: 'Refused in any case.', default: [] }),
    },
    { ...SECTION, description: what },
  )
}

/** What the clients of a profile may do. */
const Profile = Type.Object(
  {
    publish: rules('Publishing, retained messages and wills included'),
    subscribe: rules('Subscribing; a filter must be allowed for everything that it can match'),
    speaksFor: Type.Enum(['self', 'line', 'area', 'site', 'all'], {
      description:
        'Devices that payloads may hold points of: the device itself; those of its line, its area (workshop), or its site; all.',
      default: 'self',
    }),
  },
  CLOSED,
)

const OWN_TOPICS = 'factory/{site}/{area}/{line}/{device}/#'

export const Profiles = Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$' }), Profile, {
  description:
    'What clients that signed in may publish and subscribe to, by the name of the profile that their credential names. What no profile allows is refused.',
  default: { device: { publish: { allow: [OWN_TOPICS] }, subscribe: { allow: [OWN_TOPICS] } } },
})

export const CertificateRules = Type.Array(
  Type.Object(
    {
      from: Type.Enum(['commonName', 'dns', 'uri', 'email'], {
        description:
          'Part of the certificate: common name of the subject, or a subject alternative name of this kind.',
        default: 'commonName',
      }),
      pattern: text(
        'What it looks like; placeholders take what stands in their place, up to the next character of the pattern.',
        {
          examples: ['{site}.{area}.{line}.{device}', 'urn:plant:{device}'],
        },
      ),
      profile: text('Profile of these clients.', { default: 'device' }),
    },
    CLOSED,
  ),
  {
    description:
      'Which device a client certificate stands for, where no credential names it. The first rule that fits counts; a certificate that none fits is refused.',
    default: [],
  },
)
