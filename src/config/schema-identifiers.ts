import Type from 'typebox'
import { CLOSED, SECTION, text, wholeNumber } from './schema-parts.js'

const PREFIX = '[0-9A-Za-z_-]+(\\.[0-9A-Za-z_-]+)*'

const Referral = Type.Object(
  {
    prefix: text(
      'Prefix of the handles that are asked for elsewhere: a whole one, the front part of others, or * for all the rest. The longest that fits is used.',
      { pattern: `^(\\*|${PREFIX})$`, maxLength: 255, examples: ['88.608.8889'] },
    ),
    url: text('Address of the gateway or resolver that has them; /api/handles/ and the handle are added.', {
      format: 'resolver-url',
      examples: ['https://resolver.example'],
    }),
    timeoutMs: wholeNumber('It must have answered within this time.', {
      default: 3_000,
      minimum: 100,
      maximum: 25_000,
    }),
  },
  CLOSED,
)

export const Identifiers = Type.Object(
  {
    prefixes: Type.Array(
      text('Prefix.', { pattern: `^${PREFIX}$`, maxLength: 255, examples: ['88.608.8889'] }),
      {
        description:
          'Prefixes of this plant: a handle that is not registered under them does not exist. With any, handles of prefixes that are neither these nor referred are refused.',
        default: [],
        examples: [['88.608.8889']],
      },
    ),
    referrals: Type.Array(Referral, {
      description: 'Where handles of other prefixes are asked for. No other address is ever asked.',
      uniqueBy: 'prefix',
      default: [],
    }),
    tokens: Type.Array(
      text('Token.', { pattern: '^[\\x21-\\x7e]{16,}$', examples: [`\${LINEGATE_IDENTIFIERS_TOKEN}`] }),
      {
        description: 'Secret. Who sends one of them (16 characters or more) reads and writes private values.',
        writeOnly: true,
        default: [],
        examples: [[`\${LINEGATE_IDENTIFIERS_TOKEN}`]],
      },
    ),
    cacheSeconds: wholeNumber(
      'What other resolvers answered is kept for this time at the longest, and for less if the record says so; 0 keeps nothing.',
      { default: 60, minimum: 0, maximum: 86_400 },
    ),
    negativeCacheSeconds: wholeNumber('The same for handles that they do not know, and for their failures.', {
      default: 5,
      minimum: 0,
      maximum: 3_600,
    }),
    cacheEntries: wholeNumber('Answers kept at once; the oldest goes first.', {
      default: 1_000,
      minimum: 1,
      maximum: 100_000,
    }),
  },
  { ...SECTION, description: 'Identifiers: what is resolved here, and where the rest is asked for.' },
)
