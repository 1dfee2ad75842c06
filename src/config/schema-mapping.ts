import Type, { type Static } from 'typebox'
import {
  constant,
  FROM,
  LIST,
  NO_LIST,
  oneOf,
  oneOrMore,
  pick,
  reference,
  valuePick,
} from './schema-mapping-parts.js'
import { CLOSED, text } from './schema-parts.js'

const operand = (description: string, example: string) =>
  oneOf<string | number | string[]>(
    description,
    [example],
    [
      [LIST, Type.Array(Type.String({ minLength: 1 }), { minItems: 1 })],
      [NO_LIST, { type: ['string', 'number'] }],
    ],
  )

const PlusSection = Type.Object(
  {
    times: Type.Optional(
      operand('How often: a number, a reference or a list of them; once without it.', '@index'),
    ),
    interval: operand('What is added: a number, a reference or a list of them.', '$.interval'),
    unit: Type.Optional(
      Type.Enum(['s', 'ms', 'us', 'ns'], { description: 'Unit of the interval; ms without it.' }),
    ),
  },
  CLOSED,
)
type PlusSection = Static<typeof PlusSection>

const Time = Type.Object(
  {
    from: oneOrMore(FROM, 'ts'),
    unit: Type.Optional(
      Type.Enum(['auto', 's', 'ms', 'us', 'ns', 'iso8601'], {
        description: 'How the time is written; as timestamp.unit of the route says without it.',
      }),
    ),
    zone: Type.Optional(
      text('Time zone of texts without an offset: an IANA name or an offset. UTC without it.', {
        format: 'zone-or-offset',
        examples: ['Asia/Shanghai', '+08:00'],
      }),
    ),
    plus: Type.Optional(
      oneOf<PlusSection | PlusSection[]>(
        'Times × interval, added to the time; or a list of them.',
        [{ times: '@index', interval: '$.interval', unit: 'ms' }],
        [
          [LIST, Type.Array(PlusSection, { minItems: 1 })],
          [NO_LIST, PlusSection],
        ],
      ),
    ),
    required: Type.Optional(
      Type.Boolean({ description: 'A record without a time fails, instead of having the time of arrival.' }),
    ),
  },
  { ...CLOSED, description: 'When the value was taken.' },
)

const Quality = Type.Object(
  {
    from: oneOrMore(FROM, 'q'),
    good: Type.Optional(
      Type.Array(constant('A value that is good.', [192]), {
        description: 'What is good, compared as text.',
        minItems: 1,
        examples: [[192, 'GOOD', true]],
      }),
    ),
    scheme: Type.Optional(
      Type.Enum(['opc-da', 'opc-ua'], {
        description: 'Instead of good: quality of OPC DA (192 and up) or status code of OPC UA.',
      }),
    ),
    otherwise: Type.Optional(
      Type.Enum(['skip', 'deadLetter', 'keep'], {
        description: 'What becomes of a value that is not good; skip without it.',
      }),
    ),
  },
  { ...CLOSED, description: 'Whether the value can be trusted.' },
)

const Condition = Type.Object(
  {
    when: reference('What is looked at: a reference or a template.', '@value'),
    is: Type.Optional(
      Type.Array(constant('A value.', [9999.9999]), { description: 'Holds for each of these.', minItems: 1 }),
    ),
    isNot: Type.Optional(
      Type.Array(constant('A value.', [0]), { description: 'Holds for none of these.', minItems: 1 }),
    ),
    exists: Type.Optional(
      Type.Boolean({ description: 'Holds if it is there and not null; or, with false, if not.' }),
    ),
    above: Type.Optional(Type.Number({ description: 'Holds for greater numbers.', examples: [1000] })),
    below: Type.Optional(Type.Number({ description: 'Holds for smaller numbers.', examples: [-40] })),
    matches: Type.Optional(
      text('Holds for texts that match this regular expression.', {
        format: 'regular-expression',
        examples: ['^E\\d+'],
      }),
    ),
  },
  CLOSED,
)

const conditions = (description: string) =>
  Type.Optional(Type.Array(Condition, { description, examples: [[{ when: 'error', exists: true }]] }))

const levelPick = (level: string, example: string) => Type.Optional(pick(`Pick of the ${level}.`, example))

const picks = {
  at: Type.Optional(
    Type.String({
      description: 'Where the records are, from the root; empty for the document itself.',
      examples: ['values[*]'],
    }),
  ),
  field: Type.Optional(
    pick('Name of the field. Without it, the members of an object are the fields.', 'name'),
  ),
  value: Type.Optional(valuePick),
  type: Type.Optional(
    pick('auto, float, integer, boolean or string, or where the message says which of them.', 'float'),
  ),
  time: Type.Optional(Time),
  measurement: Type.Optional(pick('Measurement; that of the route without it.', 'group')),
  unit: Type.Optional(pick('Unit of the value: a UCUM code or what units translates into one.', 'u')),
  tags: Type.Optional(
    Type.Record(Type.String({ minLength: 1 }), pick('Value of the tag.', 'order'), {
      description: 'Tag name → where its value is; * → an object whose members are tags.',
      examples: [{ order: 'meta.order' }],
    }),
  ),
  device: Type.Optional(
    Type.Object(
      {
        site: levelPick('site', '@topic[1]'),
        area: levelPick('area', '@topic[2]'),
        line: levelPick('line', 'line'),
        device: levelPick('device', 'serial'),
      },
      {
        ...CLOSED,
        description: 'Where the payload says that the device is; other levels are those of the topic.',
      },
    ),
  ),
  quality: Type.Optional(Quality),
  skip: conditions('Records, or fields, that are left out.'),
  deadLetter: conditions('Records, or fields, that become dead letters.'),
  except: Type.Optional(
    Type.Array(Type.String({ minLength: 1 }), {
      description: 'Members that are no fields.',
      examples: [['seq']],
    }),
  ),
  rename: Type.Optional(
    Type.Record(Type.String(), Type.String({ minLength: 1 }), {
      description: 'Other names for fields.',
      examples: [{ Temp: 'temperature' }],
    }),
  ),
  enums: Type.Optional(
    Type.Record(Type.String(), Type.Record(Type.String(), constant('What the text stands for.', [1])), {
      description: 'Field name → text → what it stands for.',
      examples: [{ state: { RUN: 1, STOP: 0 } }],
    }),
  ),
  textNumbers: Type.Optional(
    Type.Boolean({ description: 'Texts that are numbers become numbers, unless a type says otherwise.' }),
  ),
}

const RecordsSection = Type.Object(picks, CLOSED)
type RecordsSection = Static<typeof RecordsSection>

const Learn = Type.Object(
  {
    at: Type.Optional(
      Type.String({ description: 'Where the names are, from the root.', examples: ['dataPoints[*]'] }),
    ),
    table: text('Table that the names go to.', { examples: ['siemens'] }),
    key: pick('What other messages call it.', 'id'),
    name: pick('Name of the field.', 'name'),
    unit: Type.Optional(pick('Unit of its values.', 'unit')),
    type: Type.Optional(pick('Type of its values.', 'dataType')),
  },
  { ...CLOSED, description: 'Instead of records: messages that explain names to others and hold no points.' },
)

/** How a document is read; see docs/mapping.md. */
export const RouteMapping = Type.Object(
  {
    ...picks,
    records: Type.Optional(
      oneOf<RecordsSection | RecordsSection[]>(
        'One section or a list of them: where records are, and what each says of itself.',
        [{ at: 'values[*]', field: 'name', value: 'v' }],
        [
          [LIST, Type.Array(RecordsSection, { minItems: 1 })],
          [NO_LIST, RecordsSection],
        ],
      ),
    ),
    units: Type.Optional(
      Type.Record(Type.String(), Type.String({ minLength: 1 }), {
        description: 'What the payload calls a unit → UCUM code.',
        examples: [{ degC: 'Cel' }],
      }),
    ),
    ignore: conditions('Documents that hold no telemetry.'),
    learn: Type.Optional(Learn),
  },
  {
    ...CLOSED,
    description:
      'For json, cbor and msgpack: where the records of a document are, and what each says of itself; docs/mapping.md describes all of it.',
    // The reference of the configuration leaves its keys to that page.
    $comment: 'docs/mapping.md',
  },
)
