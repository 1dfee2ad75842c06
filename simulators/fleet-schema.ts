import Type, { type Static } from 'typebox'
import { CLOSED, choose, text } from '../src/config/schema-parts.js'
import { DURATION, SIGNED_DURATION } from './duration.js'
import { PROFILES } from './profiles/index.js'

const TIME_OF_DAY = '([01]\\d|2[0-3]):[0-5]\\d'
/** One level of a topic: no separator, no wildcard of MQTT, nothing invisible. */
const LEVEL_NAME = '^[^/+#\\s\\u0000]{1,64}$'

const duration = (description: string) => text(description, { pattern: DURATION, examples: ['30s'] })
const levelName = (description: string) => text(description, { pattern: LEVEL_NAME, examples: ['line1'] })
const shifts = Type.Array(
  text('From and to, in the time of the plant.', {
    pattern: `^${TIME_OF_DAY}-${TIME_OF_DAY}$`,
    examples: ['06:00-14:00'],
  }),
  { description: 'When people are at the machines.' },
)

const WHEN = {
  at: duration('When the fault first begins, from the start of the simulation.'),
  duration: duration('How long it lasts.'),
  every: Type.Optional(duration('After how long it begins again; once only when absent.')),
  devices: Type.Optional(
    Type.Array(text('Name of a device or its path; * stands for any characters.'), {
      minItems: 1,
      description: 'Which devices; all of the group or the fleet when absent.',
    }),
  ),
} as const

const share = (description: string) =>
  Type.Optional(Type.Number({ minimum: 0, maximum: 1, default: 1, description }))
const ofDevices = share('Share of the devices that are struck, chosen anew each time.')
const ofMessages = share('Share of the messages that are struck.')

const faultSchema = choose('kind', [
  ['dropOut', fault('dropOut', { probability: ofDevices })],
  ['duplicates', fault('duplicates', { probability: ofMessages })],
  ['outOfOrder', fault('outOfOrder', { probability: ofMessages })],
  ['malformed', fault('malformed', { probability: ofMessages })],
  [
    'clockJump',
    fault('clockJump', {
      probability: ofDevices,
      jump: text('By how much the clock of the device is wrong.', {
        pattern: SIGNED_DURATION,
        examples: ['-1h'],
      }),
    }),
  ],
  [
    'stuckSensor',
    fault('stuckSensor', { probability: ofDevices, signal: text('The signal that stands still.') }),
  ],
  [
    'reconnectStorm',
    fault('reconnectStorm', {
      probability: ofDevices,
      cuts: Type.Optional(
        Type.Integer({
          minimum: 1,
          maximum: 1000,
          default: 3,
          description: 'How often each connection is cut.',
        }),
      ),
    }),
  ],
])

function fault<const K extends string, const P extends Type.TProperties>(kind: K, properties: P) {
  return Type.Object({ kind: Type.Literal(kind), ...WHEN, ...properties }, CLOSED)
}

const faults = Type.Optional(Type.Array(faultSchema, { description: 'What goes wrong, and when.' }))

const group = Type.Object(
  {
    profile: Type.Enum(
      PROFILES.map(({ name }) => name),
      { description: 'What kind of equipment.' },
    ),
    count: Type.Integer({ minimum: 1, maximum: 100_000, description: 'How many of them.' }),
    interval: Type.Optional(duration('Time from message to message; that of the profile when absent.')),
    prefix: Type.Optional(levelName('What the names start with; that of the profile when absent.')),
    faults,
  },
  CLOSED,
)

const line = Type.Object(
  { name: levelName('Name of the line.'), groups: Type.Array(group, { minItems: 1 }) },
  CLOSED,
)

const area = Type.Object(
  {
    name: levelName('Name of the workshop.'),
    shifts: Type.Optional(shifts),
    lines: Type.Array(line, { minItems: 1 }),
  },
  CLOSED,
)

const site = Type.Object(
  { name: levelName('Name of the factory.'), areas: Type.Array(area, { minItems: 1 }) },
  CLOSED,
)

/** A fleet file; docs/simulators.md describes each key. */
export const FleetSchema = Type.Object(
  {
    name: text('What the fleet is called.'),
    seed: Type.Integer({ minimum: 0, maximum: 0xffff_ffff, description: 'Equal seeds give equal messages.' }),
    startsAt: Type.Optional(
      text('Time of day in the plant when the simulation starts.', {
        pattern: `^${TIME_OF_DAY}$`,
        examples: ['08:00'],
        default: '08:00',
      }),
    ),
    shifts: Type.Optional(shifts),
    handover: Type.Optional(duration('How long the machines stand still at the start of each shift.')),
    sites: Type.Array(site, { minItems: 1 }),
    faults,
  },
  CLOSED,
)

export type FleetFile = Static<typeof FleetSchema>
export type FaultEntry = Static<typeof faultSchema>
export type FaultKind = FaultEntry['kind']
export type GroupEntry = Static<typeof group>
