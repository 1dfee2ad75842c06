import Type from 'typebox'
import { RouteMapping } from './schema-mapping.js'
import { CLOSED, text } from './schema-parts.js'
import { compression, decoder, expression, fieldTypes, measurement, timestamp } from './schema-routes.js'

const Title = Type.Object(
  { en: text('In English.'), 'zh-CN': text('In Chinese.') },
  { ...CLOSED, description: 'What it reads, for people.' },
)

/** A file of config/presets, or one of the operator's own: how to read a format that is known. */
export const PresetSchema = Type.Object(
  {
    title: Title,
    source: Type.Array(text('Address.', { pattern: '^https?://', examples: ['https://docs.example'] }), {
      description: "Where the vendor's documentation describes the format.",
      minItems: 1,
    }),
    topic: text('Topic pattern that suits the format; it informs and is not used.', {
      format: 'topic-pattern',
    }),
    decoder,
    compression: Type.Optional(compression),
    expression: Type.Optional(expression),
    timestamp: Type.Optional(timestamp),
    measurement: Type.Optional(measurement),
    fieldTypes: Type.Optional(fieldTypes),
    mapping: Type.Optional(RouteMapping),
  },
  CLOSED,
)
