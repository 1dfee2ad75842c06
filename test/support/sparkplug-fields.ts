import { FieldType, NO_TAGS, PointBatch } from '../../src/core/point-batch.js'
import {
  DEFAULT_VALUE_OPTIONS,
  type Members,
  type MetricTable,
  MetricValues,
  PayloadReader,
  type ValueOptions,
} from '../../src/decode/sparkplug/wire/index.js'
import { message } from './protobuf.js'

const TYPES = ['float', 'integer', 'boolean', 'string'] as const
/** [name, type, text, unit where there is one] */
export type Field = readonly [name: string, type: string, text: string, unit?: string]

export function fieldsIn(batch: PointBatch): Field[] {
  const fields: Field[] = []
  for (let f = 0; f < batch.fields; f++) {
    const unit = batch.hasUnits ? batch.units[f]! : ''
    const type = TYPES[batch.types[f] ?? FieldType.float]
    fields.push(
      unit === '' ? [batch.names[f]!, type, batch.texts[f]!] : [batch.names[f]!, type, batch.texts[f]!, unit],
    )
  }
  return fields
}

export interface Read {
  readonly reader: PayloadReader
  readonly fields: readonly Field[]
  readonly nulls: number
}

/** All metrics of a payload as fields of one point; those without a name are called `#<alias>`. */
export function readFields(
  payload: Uint8Array,
  options: Partial<ValueOptions> = {},
  members?: Members,
): Read {
  const reader = new PayloadReader()
  const values = new MetricValues({ ...DEFAULT_VALUE_OPTIONS, ...options })
  const batch = new PointBatch()
  reader.read(Buffer.from(payload))
  for (let i = 0; i < reader.metrics; i++)
    values.append(batch, reader, i, nameOf(reader, i), reader.datatypes[i]!, '', members)
  batch.point('', NO_TAGS, '')
  return { reader, fields: fieldsIn(batch), nulls: values.nulls }
}

function nameOf(table: MetricTable, i: number): string {
  return table.names[i] === '' ? `#${table.aliases[i]}` : table.names[i]!
}

/** The payload of one metric, of these fields. */
export function metric(...fields: readonly Buffer[]): Buffer {
  return message(2, ...fields)
}
