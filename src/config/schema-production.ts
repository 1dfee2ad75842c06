import Type, { type Static } from 'typebox'
import { CLOSED, text } from './schema-parts.js'

const CounterObject = Type.Object(
  {
    field: text('Field that holds the number.', { examples: ['good_count'] }),
    kind: Type.Enum(['total', 'increment'], {
      description: 'total: the device counts on and on. increment: each message says how many were added.',
      default: 'total',
    }),
    wrapsAt: Type.Optional(
      Type.Integer({
        description: 'Highest value of a total, plus one: there it starts again at 0.',
        minimum: 2,
        maximum: Number.MAX_SAFE_INTEGER,
        examples: [65_536],
      }),
    ),
  },
  CLOSED,
)

const THEN = 'then'

/** A name of a field, or an object: spelt as if/then for the reasons that `choose` has. */
function counter(description: string) {
  const name = text(`${description} Name of its field, or the keys below.`, { examples: ['good_count'] })
  return Type.Unsafe<string | Static<typeof CounterObject>>({
    allOf: [
      { if: { type: 'string' }, [THEN]: name },
      { if: { not: { type: 'string' } }, [THEN]: CounterObject },
    ],
  })
}

const stateValues = (description: string, options: object) =>
  Type.Array(Type.String({ minLength: 1 }), {
    description: `${description} Numbers and booleans stand in quotes.`,
    ...options,
  })

const State = Type.Object(
  {
    field: text('Field that holds the state.', { examples: ['state'] }),
    running: stateValues('States in which it produces.', { minItems: 1, examples: [['running', '3']] }),
    plannedStop: stateValues('States that are planned: they are no planned busy time.', {
      default: [],
      examples: [['maintenance']],
    }),
  },
  { ...CLOSED, description: 'The state of the device; without it there is no availability.' },
)

const MAX_CYCLE_MS = 86_400_000

/** What a device of a route says about production. */
export const RouteProduction = Type.Object(
  {
    counters: Type.Object(
      {
        good: Type.Optional(counter('Good units.')),
        bad: Type.Optional(counter('Units rejected.')),
        cycles: Type.Optional(counter('Cycles.')),
      },
      { ...CLOSED, description: 'Part counters.', default: {} },
    ),
    state: Type.Optional(State),
    idealCycleTimeMs: Type.Optional(
      Type.Integer({
        description: 'Planned run time per unit (PRU of ISO 22400-2); without it there is no effectiveness.',
        minimum: 1,
        maximum: MAX_CYCLE_MS,
        examples: [30_000],
      }),
    ),
  },
  { ...CLOSED, description: 'Part counters and state, for production counts and OEE.' },
)
