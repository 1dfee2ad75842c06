import Type from 'typebox'
import { CLOSED, SECTION, text, wholeNumber } from './schema-parts.js'

const DAY_MS = 86_400_000

/** Marks a schema whose keys the section quality describes: the reference lists them once. */
export const SAME_AS_QUALITY = 'Keys of the section quality.'

const optionalNumber = (description: string, options: Type.TNumberOptions = {}) =>
  Type.Optional(Type.Number({ description, ...options }))

const twoNumbers = (description: string, example: readonly number[]) =>
  Type.Optional(
    Type.Array(Type.Number(), { description, minItems: 2, maxItems: 2, examples: [[...example]] }),
  )

const unit = (description: string, example: string) =>
  Type.Optional(text(description, { maxLength: 64, examples: [example] }))

const Scale = Type.Object(
  {
    factor: optionalNumber('The value is multiplied by it, before the offset is added; 1 without it.', {
      examples: [0.1],
    }),
    offset: optionalNumber('Added to the value.', { examples: [-40] }),
    from: twoNumbers('Two values as they come, instead of factor and offset.', [4, 20]),
    to: twoNumbers('What the two values of from stand for.', [0, 100]),
  },
  {
    ...CLOSED,
    description: 'Linear scaling, of the value in the unit `as`: factor and offset, or from and to.',
  },
)

const Range = Type.Object(
  {
    min: optionalNumber('Lowest value that is plausible.', { examples: [-40] }),
    max: optionalNumber('Highest value that is plausible.', { examples: [400] }),
    otherwise: Type.Enum(['dead-letter', 'filter', 'clamp'], {
      description:
        'What a value outside means. dead-letter: the point becomes a dead letter. filter: it is left out and counted. clamp: the value becomes the nearest limit.',
      default: 'dead-letter',
    }),
  },
  { ...CLOSED, description: 'Bounds of the value as it is stored, both included.' },
)

const Deadband = Type.Object(
  {
    absolute: optionalNumber('News is what differs from the value last stored by more than this.', {
      minimum: 0,
      examples: [0.5],
    }),
    percent: optionalNumber('News is what differs by more than this share of the value last stored.', {
      minimum: 0,
      examples: [1],
    }),
    swingingDoor: optionalNumber(
      'Points are left out as long as a straight line between those that are stored passes each of them by at most this.',
      { minimum: 0, examples: [0.5] },
    ),
    maxSilenceMs: Type.Optional(
      Type.Integer({
        description: 'A point is stored when the last one is older than this, by the time of the device.',
        minimum: 1,
        maximum: Number.MAX_SAFE_INTEGER,
        examples: [600_000],
      }),
    ),
  },
  {
    ...CLOSED,
    description:
      'What is no news: one of absolute, percent and swingingDoor. A point is left out only if each of its fields is. Integers, booleans and texts are news when they change.',
  },
)

const Field = Type.Object(
  {
    unit: unit(
      'Unit in which the value comes, as a UCUM code; a unit that the payload names wins.',
      '[degF]',
    ),
    as: unit('Unit in which the value is stored, as a UCUM code; that of unit without it.', 'Cel'),
    scale: Type.Optional(Scale),
    range: Type.Optional(Range),
    deadband: Type.Optional(Deadband),
  },
  CLOSED,
)

const fields = (options: object) =>
  Type.Record(Type.String(), Field, {
    description:
      'Units, scaling, bounds and deadbands by the name of the field. In a name, * stands for any characters; a whole name goes before one with *, and of those the first written.',
    examples: [{ temperature: { unit: '[degF]', as: 'Cel' } }],
    ...options,
  })

const UNSET = ['arrival', 'dead-letter'] as const
const BEYOND = ['arrival', 'dead-letter', 'keep'] as const
const ON_CHANGE = ['coerce', 'dead-letter'] as const

const SAY = {
  time: 'Times of devices that cannot be true.',
  unset:
    'What happens to a point of a clock that was never set. arrival: it gets the time of arrival and the field clock_fault. dead-letter: it becomes a dead letter.',
  unsetBefore: 'A time before this one is that of a clock that was never set; a date, or a time in UTC.',
  maxBehindMs: 'A time that is further in the past than this is beyond belief; 0: none is.',
  maxAheadMs: 'A time that is further in the future than this is beyond belief; 0: none is.',
  beyond:
    'What happens to a point with such a time. arrival: it gets the time of arrival and the field clock_fault. dead-letter: it becomes a dead letter. keep: nothing.',
  types: 'Fields whose type changes.',
  onChange:
    'What happens to a value of another type than the field has had. coerce: it is converted if nothing is lost, else the point becomes a dead letter. dead-letter: the point becomes one.',
  duplicates: 'Points that come twice, and different points with the same time.',
  window: 'Points remembered per series, to tell; 0 switches it off.',
  rateLimit: 'Points per series, by the time of arrival; those beyond are left out and counted.',
  pointsPerSecond: 'Points that may come per second, in the long run; 0 or none: any number.',
  burst: 'Points that may come at once; without it, those of a second.',
} as const

const UNSET_BEFORE = {
  pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z)?$',
  examples: ['2000-01-01'],
}
const WINDOW = { minimum: 0, maximum: 4_096 }
const MAX_RATE = 1_000_000
const PER_SECOND = { minimum: 0, maximum: MAX_RATE, examples: [10] }
const BURST = { minimum: 1, maximum: MAX_RATE, examples: [50] }

const limit = (description: string) =>
  Type.Optional(Type.Integer({ description, minimum: 0, maximum: Number.MAX_SAFE_INTEGER }))

const rateLimit = {
  pointsPerSecond: Type.Optional(Type.Number({ description: SAY.pointsPerSecond, ...PER_SECOND })),
  burst: Type.Optional(Type.Integer({ description: SAY.burst, ...BURST })),
}

/** What a route or a device says of its own: every key may be left out, and has no default. */
const OWN = {
  time: Type.Optional(
    Type.Object(
      {
        unset: Type.Optional(Type.Enum([...UNSET], { description: SAY.unset })),
        unsetBefore: Type.Optional(text(SAY.unsetBefore, UNSET_BEFORE)),
        maxBehindMs: limit(SAY.maxBehindMs),
        maxAheadMs: limit(SAY.maxAheadMs),
        beyond: Type.Optional(Type.Enum([...BEYOND], { description: SAY.beyond })),
      },
      { ...CLOSED, description: SAY.time },
    ),
  ),
  types: Type.Optional(
    Type.Object(
      { onChange: Type.Optional(Type.Enum([...ON_CHANGE], { description: SAY.onChange })) },
      { ...CLOSED, description: SAY.types },
    ),
  ),
  duplicates: Type.Optional(
    Type.Object(
      { window: Type.Optional(Type.Integer({ description: SAY.window, ...WINDOW })) },
      { ...CLOSED, description: SAY.duplicates },
    ),
  ),
  fields: Type.Optional(fields({})),
  rateLimit: Type.Optional(Type.Object(rateLimit, { ...CLOSED, description: SAY.rateLimit })),
}

/** For `routes[].quality`. */
export const RouteQuality = Type.Object(OWN, {
  ...CLOSED,
  $comment: SAME_AS_QUALITY,
  description: 'Quality of the points of this route: these keys win over those of the section quality.',
})

const Budget = Type.Object(
  {
    seriesPerDevice: wholeNumber('Series of one device; points of more become dead letters.', {
      default: 1_000,
      minimum: 1,
    }),
    series: wholeNumber('Series of all devices together.', { default: 1_000_000, minimum: 1 }),
  },
  {
    ...SECTION,
    description:
      'How many series there may be: each combination of measurement, tag values and field is one.',
  },
)

const Time = Type.Object(
  {
    unset: Type.Enum([...UNSET], { description: SAY.unset, default: 'arrival' }),
    unsetBefore: text(SAY.unsetBefore, { ...UNSET_BEFORE, default: '2000-01-01' }),
    maxBehindMs: wholeNumber(SAY.maxBehindMs, { default: 0, minimum: 0 }),
    maxAheadMs: wholeNumber(SAY.maxAheadMs, { default: DAY_MS, minimum: 0 }),
    beyond: Type.Enum([...BEYOND], { description: SAY.beyond, default: 'arrival' }),
  },
  { ...SECTION, description: SAY.time },
)

export const Quality = Type.Object(
  {
    time: Time,
    types: Type.Object(
      { onChange: Type.Enum([...ON_CHANGE], { description: SAY.onChange, default: 'coerce' }) },
      { ...SECTION, description: SAY.types },
    ),
    duplicates: Type.Object(
      { window: wholeNumber(SAY.window, { ...WINDOW, default: 64 }) },
      { ...SECTION, description: SAY.duplicates },
    ),
    fields: fields({ default: {} }),
    rateLimit: Type.Object(rateLimit, { ...SECTION, description: SAY.rateLimit }),
    budget: Budget,
    devices: Type.Record(Type.String(), Type.Object(OWN, { ...CLOSED, $comment: SAME_AS_QUALITY }), {
      description:
        'Quality of the points of one device, by its path or its name: the keys above but budget, which win over those of its route.',
      default: {},
      examples: [{ 'ningbo/moulding/line1/imm-01': { rateLimit: { pointsPerSecond: 5 } } }],
    }),
  },
  { ...SECTION, description: 'What becomes of points between decoding and storing.' },
)
