import { type Device, LEVELS } from '../core/device.js'
import { LineProtocolParser, parseSeries } from '../core/line-protocol-parser.js'
import { FieldType } from '../core/point-batch.js'
import type { TrialField, TrialPoint } from '../core/trial.js'

const TYPE_NAMES = Object.keys(FieldType) as TrialField['type'][]
const LEVEL_NAMES: ReadonlySet<string> = new Set(LEVELS)

/** What a line says by itself. */
export type LinePoint = Pick<TrialPoint, 'measurement' | 'tags' | 'fields' | 'timeNs'>

/** A line, read back: names and fields are as they would be stored. Without a device, no tag with the name of a level is shown. */
export function pointOfLine(line: string, device?: Device): LinePoint {
  const parser = new LineProtocolParser()
  parser.open(line)
  parser.next()
  const { measurement, tags } = parseSeries(parser.series)
  const isOfDevice = (name: string) => LEVEL_NAMES.has(name) && device?.[name as keyof Device] !== ''
  const own = tags.filter(({ name }) => !isOfDevice(name))
  return {
    measurement,
    tags: Object.fromEntries(own.map(({ name, value }) => [name, value])),
    fields: fieldsOf(parser),
    timeNs: parser.time,
  }
}

function fieldsOf({ fields, names, types, texts }: LineProtocolParser): TrialField[] {
  return Array.from({ length: fields }, (_, f) => ({
    name: names[f]!,
    type: TYPE_NAMES[types[f]!]!,
    text: texts[f]!,
  }))
}
