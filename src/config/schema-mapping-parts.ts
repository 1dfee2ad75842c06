import Type, { type Static, type TSchema } from 'typebox'
import { CLOSED, text } from './schema-parts.js'

const THEN = 'then'

type Case = readonly [test: object, schema: TSchema]

/** One of several kinds of value, told apart by their JSON type; spelt as if/then for the reasons that `choose` has. */
export function oneOf<T>(
  description: string,
  examples: readonly unknown[],
  cases: readonly Case[],
): Type.TUnsafe<T> {
  return Type.Unsafe<T>({
    description,
    examples,
    allOf: cases.map(([test, schema]) => ({ if: test, [THEN]: schema })),
  })
}

const TEXT = { type: 'string' }
export const LIST = { type: 'array' }
const NO_TEXT = { not: TEXT }
export const NO_LIST = { not: LIST }
const NEITHER = { not: { type: ['string', 'array'] } }

export const reference = (description: string, example: string) => text(description, { examples: [example] })

export const constant = (description: string, examples: readonly unknown[]) =>
  Type.Unsafe<string | number | boolean>({ type: ['string', 'number', 'boolean'], description, examples })

export const oneOrMore = (description: string, example: string) =>
  oneOf<string | string[]>(
    description,
    [example],
    [
      [LIST, Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })],
      [NO_LIST, Type.String({ minLength: 1 })],
    ],
  )

export const FROM =
  'A reference, or a template with references in braces; of a list, the first that finds something counts.'

const PickSection = Type.Object(
  {
    from: Type.Optional(oneOrMore(FROM, 'name')),
    const: Type.Optional(constant('This, whatever the message says.', ['plc'])),
    match: Type.Optional(
      text('Regular expression; its first group counts.', {
        format: 'regular-expression',
        examples: ['s=(.*)$'],
      }),
    ),
    map: Type.Optional(
      Type.Record(Type.String(), constant('What the text stands for.', ['float']), {
        description: 'What texts stand for; others stay, unless there is a default.',
        examples: [{ REAL: 'float' }],
      }),
    ),
    default: Type.Optional(constant('What counts where nothing is found.', ['unknown'])),
    lookup: Type.Optional(text('Table of names learnt from other messages.', { examples: ['siemens'] })),
  },
  CLOSED,
)
type PickSection = Static<typeof PickSection>

export const pick = (description: string, example: unknown) =>
  oneOf<string | PickSection>(
    description,
    [example],
    [
      [TEXT, Type.String({ minLength: 1 })],
      [NO_TEXT, PickSection],
    ],
  )

export const valuePick = oneOf<string | string[] | PickSection>(
  'The value; the record itself without it. Of a list of references, the first that finds something counts.',
  ['v'],
  [
    [TEXT, Type.String({ minLength: 1 })],
    [LIST, Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })],
    [NEITHER, PickSection],
  ],
)
