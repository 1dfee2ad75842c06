import type { MemberDefinition } from './members.js'
import { type MetricTable, ValueKind } from './metric-table.js'
import { unitOf } from './property.js'
import { TemplateTables } from './template-tables.js'

/** What a birth says of a metric, and later messages leave out. Plain, to be kept as JSON. */
export interface MetricDefinition {
  readonly name: string
  /** Decimal digits; '' where it has none. */
  readonly alias: string
  readonly datatype: number
  /** Engineering unit as the edge node calls it; '' where none is said. */
  readonly unit: string
  /** Of a template. */
  readonly isDefinition: boolean
  readonly templateRef: string
  readonly members: readonly MemberDefinition[]
}

const NO_MEMBERS: readonly MemberDefinition[] = []

/**
 * Reads the definitions of metrics out of births. It looks at no value, so that one that cannot be stored does not keep
 * what the birth defines from being known.
 */
export class DefinitionReader {
  readonly #templates = new TemplateTables()

  /** Of metric `i`. @throws {DecodeError} */
  read(table: MetricTable, i: number): MetricDefinition {
    const members: MemberDefinition[] = []
    const isTemplate = holdsTemplate(table, i)
    if (isTemplate) this.#members(table, i, '', 0, members)
    const template = isTemplate ? this.#templates.at(0) : undefined
    return {
      name: table.names[i]!,
      alias: table.aliases[i]!,
      datatype: table.datatypes[i]!,
      unit: unitOf(table, i),
      isDefinition: template?.isDefinition ?? false,
      templateRef: template?.templateRef ?? '',
      members: members.length === 0 ? NO_MEMBERS : members,
    }
  }

  #members(table: MetricTable, i: number, prefix: string, depth: number, members: MemberDefinition[]): void {
    const template = this.#templates.at(depth)
    template.readTemplate(table.bytes, table.starts[i]!, table.ends[i]!)
    for (let m = 0; m < template.metrics; m++) {
      const path = prefix + template.names[m]!
      members.push({
        path,
        alias: template.aliases[m]!,
        datatype: template.datatypes[m]!,
        unit: unitOf(template, m),
      })
      if (holdsTemplate(template, m)) this.#members(template, m, `${path}/`, depth + 1, members)
    }
  }
}

function holdsTemplate(table: MetricTable, i: number): boolean {
  return table.kinds[i] === ValueKind.template && !table.isNull[i]
}
