/** Items as the API takes and gives them. */
import { type Static, Type } from 'typebox'
import { ITEM_KINDS, type Item } from '../devices/identifiers/record.js'
import { CLOSED } from './route.js'
import { Time } from './schema-parts.js'

const MAX_NAME = 200
const MAX_VALUE = 4_096
const MAX_VALUES = 100
const MAX_TYPE = 255
const MAX_DEVICE_ID = 128

export const HandleParameters = Type.Object({
  handle: Type.String({ description: 'The identifier; its slash is written %2F.', minLength: 1 }),
})

const Data = Type.Object(
  { format: Type.Literal('string'), value: Type.String({ maxLength: MAX_VALUE }) },
  CLOSED,
)
const Index = Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1, description: '100 to 9999.' })
const ValueType = Type.String({ pattern: '^[^\\u0000-\\u001f\\u007f]+$', minLength: 1, maxLength: MAX_TYPE })
const Ttl = Type.Integer({ minimum: 0, maximum: 31_536_000, description: 'Seconds; 86400 when absent.' })
const Permissions = Type.Enum(['public', 'private'], { description: 'public when absent.' })
const NameText = Type.String({ maxLength: MAX_NAME })
const Name = Type.Object({ zh: NameText, en: NameText })
const Kind = Type.Enum([...ITEM_KINDS], {
  description: 'device: the values are added to the record of the device that carries the handle.',
})

export const KindParameter = Type.Enum([...ITEM_KINDS], { description: 'Only items of this kind.' })

export const ItemBody = Type.Object(
  {
    kind: Kind,
    name: Type.Optional(Type.Partial(Name, CLOSED)),
    device: Type.Optional(
      Type.String({
        description: 'Id of the device that it is (kind device) or belongs to.',
        minLength: 1,
        maxLength: MAX_DEVICE_ID,
      }),
    ),
    values: Type.Optional(
      Type.Array(
        Type.Object(
          {
            index: Index,
            type: ValueType,
            data: Data,
            ttl: Type.Optional(Ttl),
            permissions: Type.Optional(Permissions),
          },
          CLOSED,
        ),
        { maxItems: MAX_VALUES },
      ),
    ),
  },
  CLOSED,
)

export const ItemAnswer = Type.Object({
  handle: Type.String(),
  kind: Kind,
  name: Name,
  device: Type.Optional(Type.String()),
  values: Type.Array(
    Type.Object({
      index: Index,
      type: ValueType,
      data: Data,
      ttl: Ttl,
      timestamp: Time,
      permissions: Permissions,
    }),
    { description: 'Private ones are left out without a token.' },
  ),
  revision: Type.Integer({ minimum: 1 }),
  updatedAt: Time,
})

export function itemJson({ updatedAtMs, values, ...item }: Item): Static<typeof ItemAnswer> {
  return { ...item, values: [...values], updatedAt: new Date(updatedAtMs).toISOString() }
}
