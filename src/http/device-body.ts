import { Type } from 'typebox'
import { STATUSES } from './device-json.js'
import { CLOSED } from './route.js'

const text = (description: string, maxLength = 256) =>
  Type.Optional(Type.String({ description, maxLength, default: '' }))
const milliseconds = (description: string, minimum: number) =>
  Type.Optional(Type.Integer({ description, minimum, maximum: 31 * 86_400_000 }))

/** What may be stated of a device. The registry checks it: it says all that is wrong at once, in words of the field. */
export const DeviceBody = Type.Object(
  {
    status: Type.Optional(
      Type.Enum([...STATUSES], {
        description: 'confirmed when left out; a rejected device stays so until this says otherwise.',
      }),
    ),
    name: Type.Optional(
      Type.Object(
        { zh: text('In Chinese.'), en: text('In English.') },
        { ...CLOSED, description: 'What people call it.' },
      ),
    ),
    site: text('Factory.'),
    area: text('Workshop.'),
    line: text('Production line.'),
    device: text('Last level of the place; the id when left out.'),
    model: text('Model.'),
    vendor: text('Vendor.'),
    sector: text('Division of GB/T 4754-2017, two digits.'),
    expectedIntervalMs: milliseconds('Between two messages.', 1),
    survivalTimeMs: milliseconds('Of silence beyond the interval that it survives (3GPP TS 22.104).', 0),
    identifier: text('Handle, OID or DID.', 255),
    labels: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 256 }), {
        description: 'Anything else, by name.',
        maxProperties: 64,
      }),
    ),
  },
  CLOSED,
)

const TextOrNull = Type.Optional(Type.Union([Type.String({ maxLength: 256 }), Type.Null()]))
const IntegerOrNull = Type.Optional(Type.Union([Type.Integer({ minimum: 0 }), Type.Null()]))

/** What changes; null empties. */
export const DevicePatchBody = Type.Object(
  {
    status: Type.Optional(Type.Enum([...STATUSES])),
    name: Type.Optional(Type.Union([Type.Object({ zh: TextOrNull, en: TextOrNull }, CLOSED), Type.Null()])),
    site: TextOrNull,
    area: TextOrNull,
    line: TextOrNull,
    device: TextOrNull,
    model: TextOrNull,
    vendor: TextOrNull,
    sector: TextOrNull,
    expectedIntervalMs: IntegerOrNull,
    survivalTimeMs: IntegerOrNull,
    identifier: TextOrNull,
    labels: Type.Optional(
      Type.Union([Type.Record(Type.String(), Type.Union([Type.String(), Type.Null()])), Type.Null()]),
    ),
  },
  CLOSED,
)
