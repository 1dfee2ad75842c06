import Type from 'typebox'
import { SECTION, wholeNumber } from './schema-parts.js'

const MIB = 1_048_576
const DAY_MS = 86_400_000

export const DeadLetters = Type.Object(
  {
    maxBytes: wholeNumber(
      'What dead letters may take on disk; past it, the oldest are removed and counted. Letters that wait for a birth or a name may take a quarter of it.',
      { default: 1024 * MIB, minimum: MIB },
    ),
    maxAgeMs: wholeNumber('Letters older than this are removed and counted.', {
      default: 30 * DAY_MS,
      minimum: 60_000,
    }),
    maxHeldPerDevice: wholeNumber(
      'Letters of one device that may wait for a birth or a name; past it, its oldest are removed and counted.',
      { default: 10_000, minimum: 1 },
    ),
  },
  { ...SECTION, description: 'What could not be decoded or stored, kept to be looked at and replayed.' },
)
