import Type from 'typebox'
import { CLOSED, SECTION, text } from './schema-parts.js'
import { RouteProduction } from './schema-production.js'

const timestamp = Type.Object(
  {
    key: Type.Optional(
      text('Key of the payload that holds the time. Without it the well-known keys are looked for.', {
        examples: ['ts'],
      }),
    ),
    unit: Type.Enum(['auto', 's', 'ms', 'us', 'ns', 'iso8601'], {
      description: 'How the time is written; auto tells numbers by their magnitude and text as ISO 8601.',
      default: 'auto',
    }),
  },
  { ...SECTION, description: 'When a point was taken; without a time it is the time of arrival.' },
)

const Route = Type.Object(
  {
    topic: text(
      'Topic pattern: {site}, {area}, {line} and {device} name the level they stand for, + is any one level, # any number at the end. Without {device}, the client id names the device.',
      { format: 'topic-pattern', examples: ['factory/{site}/{area}/{line}/{device}/telemetry'] },
    ),
    decoder: Type.Enum(['json', 'line-protocol', 'value'], {
      description: 'json: objects. line-protocol: that of InfluxDB. value: one bare number, boolean or word.',
    }),
    measurement: text('Measurement that points go to, unless the payload names its own.', {
      pattern: '^\\P{Cc}+$',
      default: 'telemetry',
      examples: ['telemetry'],
    }),
    timestamp,
    fieldTypes: Type.Record(Type.String(), Type.Enum(['float', 'integer', 'boolean', 'string']), {
      description:
        'Types of fields that are not to follow from the payload, where every number is a float. A value that does not fit its type makes a dead letter.',
      default: {},
      examples: [{ partCount: 'integer' }],
    }),
    field: Type.Optional(
      text('Field that the decoder value writes to; the last topic level without it.', {
        examples: ['temperature'],
      }),
    ),
    production: Type.Optional(RouteProduction),
  },
  CLOSED,
)

export const Routes = Type.Array(Route, {
  description:
    'What is telemetry, and how to read it; the first pattern that matches counts. Messages on other topics are ordinary MQTT traffic.',
  uniqueBy: 'topic',
  default: [{ topic: 'factory/{site}/{area}/{line}/{device}/telemetry', decoder: 'json' }],
})
