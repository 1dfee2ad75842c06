import { FieldType, type PointBatch } from '../../../core/point-batch.js'
import { DecodeError, type FieldTypeName } from '../../decoder.js'
import { addArray } from './arrays.js'
import { Cursor } from './cursor.js'
import { DataSetReader } from './data-set.js'
import { Datatype, datatypeName } from './datatype.js'
import { FieldWriter } from './field-writer.js'
import type { Members } from './members.js'
import { type MetricTable, ValueKind } from './metric-table.js'
import { PropertySetReader } from './property-set.js'
import { addScalar, failKind } from './scalar.js'
import { type TemplateTable, TemplateTables } from './template-tables.js'
import { WireValue } from './wire-value.js'

export interface ValueOptions {
  /** Types by field name, where they differ from those of the datatypes. */
  readonly fieldTypes: Readonly<Record<string, FieldTypeName>>
  /** Keys of properties that become fields `<field>.<key>`; `*` stands for all. */
  readonly properties: readonly string[]
  /** The longest value of Bytes or File; InfluxDB takes texts of up to 64 KiB, which are 48 KiB in base64. */
  readonly maxBytes: number
  /** The most fields that one metric may become (arrays, data sets, templates). */
  readonly maxFieldsPerMetric: number
}

export const DEFAULT_VALUE_OPTIONS: ValueOptions = {
  fieldTypes: {},
  properties: [],
  maxBytes: 49_152,
  maxFieldsPerMetric: 16_384,
}

/** `Template.Parameter.int_value`. */
const FIRST_PARAMETER_VALUE_FIELD = 3

/** Turns the values of metrics into fields, as docs/sparkplug-values.md says. */
export class MetricValues {
  readonly #out: FieldWriter
  readonly #maxBytes: number
  readonly #hasProperties: boolean
  /** Undefined: all. */
  readonly #properties: ReadonlySet<string> | undefined
  readonly #value = new WireValue()
  readonly #dataSet = new DataSetReader()
  readonly #propertySet = new PropertySetReader()
  readonly #templates = new TemplateTables()
  #members: Members | undefined

  constructor(options: ValueOptions) {
    this.#out = new FieldWriter(options.fieldTypes, options.maxFieldsPerMetric)
    this.#maxBytes = options.maxBytes
    this.#hasProperties = options.properties.length > 0
    this.#properties = options.properties.includes('*') ? undefined : new Set(options.properties)
  }

  /**
   * Values left out since the last `resetNulls`, in metrics, elements and members: null, or NaN and infinities, which
   * line protocol cannot say.
   */
  get nulls(): number {
    return this.#out.nulls
  }

  resetNulls(): void {
    this.#out.nulls = 0
  }

  /**
   * Adds the field or fields of metric `i` to the open point.
   *
   * @param name of the field; that of the birth where the metric has only an alias
   * @param datatype that of the metric, or of the birth where it leaves it out
   * @param unit of numeric fields; '' where none is known
   * @param members of a template: what the birth said of them
   * @throws {DecodeError}
   */
  append(
    batch: PointBatch,
    table: MetricTable,
    i: number,
    name: string,
    datatype: number,
    unit = '',
    members?: Members,
  ): void {
    this.#out.open(batch)
    this.#out.unit = unit
    this.#members = members
    this.#metric(table, i, name, datatype, name.length + 1, 0)
  }

  #metric(
    table: MetricTable,
    i: number,
    name: string,
    datatype: number,
    rootLength: number,
    depth: number,
  ): void {
    if (table.isNull[i]) this.#out.nulls++
    else {
      const value = this.#value
      value.ofMetric(table, i)
      if (!addScalar(this.#out, name, datatype, value))
        this.#composite(table, i, name, datatype, rootLength, depth)
    }
    if (this.#hasProperties && table.propertyStarts[i]! >= 0) this.#addProperties(table, i, name)
  }

  #composite(
    table: MetricTable,
    i: number,
    name: string,
    datatype: number,
    rootLength: number,
    depth: number,
  ): void {
    const out = this.#out
    const kind = table.kinds[i]!
    const start = table.starts[i]!
    const end = table.ends[i]!
    const isBlob = datatype === Datatype.Bytes || datatype === Datatype.File
    if (kind !== kindOf(datatype)) failKind(name, datatype, this.#value)
    if (isBlob) this.#addBytes(name, table.bytes, start, end)
    else if (kind === ValueKind.dataSet) this.#dataSet.append(out, name, table.bytes, start, end)
    else if (kind === ValueKind.template) this.#addTemplate(name, table.bytes, start, end, rootLength, depth)
    else addArray(out, name, datatype, table.bytes, start, end)
  }

  #addBytes(name: string, bytes: Buffer, start: number, end: number): void {
    if (end - start > this.#maxBytes)
      throw new DecodeError(
        'too_large',
        `field ${name.slice(0, 80)}: ${end - start} bytes, more than the limit of ${this.#maxBytes}`,
      )
    this.#out.add(name, FieldType.string, bytes.toString('base64', start, end))
  }

  #addProperties(table: MetricTable, i: number, name: string): void {
    const { unit } = this.#out
    this.#out.unit = ''
    const start = table.propertyStarts[i]!
    this.#propertySet.append(this.#out, name, table.bytes, start, table.propertyEnds[i]!, this.#properties)
    this.#out.unit = unit
  }

  /** Members as `name/member`, parameters as `name.parameter`. */
  #addTemplate(
    name: string,
    bytes: Buffer,
    start: number,
    end: number,
    rootLength: number,
    depth: number,
  ): void {
    const template = this.#templates.at(depth)
    template.readTemplate(bytes, start, end)
    if (template.isDefinition) return
    for (let i = 0; i < template.metrics; i++) this.#addMember(template, i, name, rootLength, depth)
    for (let p = 0; p < template.parameterStarts.length; p++)
      this.#addParameter(name, bytes, template.parameterStarts[p]!, template.parameterEnds[p]!)
  }

  #addMember(template: TemplateTable, i: number, name: string, rootLength: number, depth: number): void {
    const member = this.#memberName(template, i, name, rootLength)
    const known = this.#members?.at(member.slice(rootLength))
    const datatype = template.datatypes[i]! || (known?.datatype ?? Datatype.Unknown)
    this.#out.unit = known?.unit ?? ''
    this.#metric(template, i, member, datatype, rootLength, depth + 1)
  }

  #memberName(template: TemplateTable, i: number, name: string, rootLength: number): string {
    const own = template.names[i]!
    if (own !== '') return `${name}/${own}`
    const alias = template.aliases[i]!
    const known = alias === '' ? undefined : this.#members?.ofAlias(alias)
    if (known !== undefined) return `${name.slice(0, rootLength - 1)}/${known.path}`
    throw new DecodeError('bad_name', `a member of template ${name.slice(0, 80)} has no name`)
  }

  #addParameter(template: string, bytes: Buffer, start: number, end: number): void {
    const value = this.#value
    value.clear(bytes)
    const cursor = new Cursor()
    cursor.open(bytes, start, end)
    let parameter = ''
    let datatype = 0
    while (cursor.next()) {
      if (cursor.field === 1) parameter = cursor.text()
      else if (cursor.field === 2) datatype = cursor.uint32()
      else if (!value.take(cursor, FIRST_PARAMETER_VALUE_FIELD)) cursor.skip()
    }
    const name = `${template}.${parameter}`
    this.#out.unit = ''
    if (parameter === '')
      throw new DecodeError('bad_name', `a parameter of template ${template.slice(0, 80)} has no name`)
    if (value.kind === ValueKind.none) return void this.#out.nulls++
    if (!addScalar(this.#out, name, datatype, value))
      throw new DecodeError('unknown_type', `parameter ${name.slice(0, 80)}: ${datatypeName(datatype)}`)
  }
}

/** Where a value that is not basic stands. @throws {DecodeError} if Sparkplug 3.0 has no such metric. */
function kindOf(datatype: number): number {
  if (datatype === Datatype.DataSet) return ValueKind.dataSet
  if (datatype === Datatype.Template) return ValueKind.template
  const isBytes = datatype === Datatype.Bytes || datatype === Datatype.File
  if (isBytes || (datatype >= Datatype.Int8Array && datatype <= Datatype.DateTimeArray))
    return ValueKind.bytes
  throw new DecodeError(
    'unknown_type',
    `${datatypeName(datatype)} is no datatype of metrics in Sparkplug 3.0`,
  )
}
