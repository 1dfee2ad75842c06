import Type from 'typebox'
import { RouteMapping } from './schema-mapping.js'
import { CLOSED, SECTION, text } from './schema-parts.js'
import { RouteProduction } from './schema-production.js'
import { RouteQuality } from './schema-quality.js'

export const timestamp = Type.Object(
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

/** Also keys of a preset. */
export const decoder = Type.Enum(['json', 'cbor', 'msgpack', 'line-protocol', 'value', 'sparkplug'], {
  description:
    'json, cbor, msgpack: documents, read by the mapping. line-protocol: that of InfluxDB. value: one bare number, boolean or word. sparkplug: Sparkplug B.',
})

export const compression = Type.Enum(['auto', 'none', 'gzip', 'zlib'], {
  description:
    'Of json, cbor and msgpack. auto knows gzip by its first bytes, and zlib for json; it is in force without this key.',
})

export const expression = text(
  'JSONata, applied to the document before it is read; slow beside a mapping. For json, cbor and msgpack.',
  { examples: ['$.readings'] },
)

export const measurement = text('Measurement that points go to, unless the payload names its own.', {
  pattern: '^\\P{Cc}+$',
  default: 'telemetry',
  examples: ['telemetry'],
})

export const fieldTypes = Type.Record(Type.String(), Type.Enum(['float', 'integer', 'boolean', 'string']), {
  description:
    'Types of fields that are not to follow from the payload, where every number is a float. A value that does not fit its type makes a dead letter.',
  default: {},
  examples: [{ partCount: 'integer' }],
})

const Route = Type.Object(
  {
    topic: text(
      'Topic pattern: {site}, {area}, {line} and {device} name the level they stand for, + is any one level, # any number at the end. Without {device}, the client id names the device.',
      { format: 'topic-pattern', examples: ['factory/{site}/{area}/{line}/{device}/telemetry'] },
    ),
    decoder,
    compression: Type.Optional(compression),
    maxInflatedBytes: Type.Optional(
      Type.Integer({
        description: 'What a compressed message may become at most; 16777216 (16 MiB) without it.',
        minimum: 1_024,
        maximum: 1_073_741_824,
        examples: [16_777_216],
      }),
    ),
    expression: Type.Optional(expression),
    preset: Type.Optional(
      text(
        'Decoder, mapping and so on of a format that is known: a name in config/presets, or a file of your own that ends in .yaml. Keys of the route win over it.',
        { examples: ['neuron-tags'] },
      ),
    ),
    mapping: Type.Optional(RouteMapping),
    measurement,
    timestamp,
    fieldTypes,
    field: Type.Optional(
      text('Field that the decoder value writes to; the last topic level without it.', {
        examples: ['temperature'],
      }),
    ),
    production: Type.Optional(RouteProduction),
    quality: Type.Optional(RouteQuality),
  },
  CLOSED,
)

export const Routes = Type.Array(Route, {
  description:
    'What is telemetry, and how to read it; the first pattern that matches counts. Messages on other topics are ordinary MQTT traffic.',
  uniqueBy: 'topic',
  default: [{ topic: 'factory/{site}/{area}/{line}/{device}/telemetry', decoder: 'json' }],
})
