import { escapeName } from '../../core/line-protocol.js'
import { Members, type MetricDefinition } from './wire/index.js'

/** Two names that are one where they are stored share it: the point that has the one already. */
export interface FieldUse {
  point: number
}

/** A metric, as its birth defines it, ready for messages that name it by its alias alone. */
export interface KnownMetric {
  readonly name: string
  readonly datatype: number
  readonly unit: string
  readonly members: Members | undefined
  /** False for what the protocol says of itself. */
  readonly isField: boolean
  readonly use: FieldUse
}

/** What is kept of a definition: properties are said anew with each value. */
export type KeptDefinition = Pick<MetricDefinition, 'name' | 'alias' | 'datatype' | 'unit' | 'members'>

/** The metrics of one birth certificate, by name and by alias. */
export class BirthTable {
  readonly #byName = new Map<string, KnownMetric>()
  readonly #byAlias = new Map<string, KnownMetric>()

  constructor(definitions: readonly KeptDefinition[]) {
    const uses = new Map<string, FieldUse>()
    for (const definition of definitions) {
      const { name, alias } = definition
      const stored = escapeName(name)
      const use = uses.get(stored) ?? { point: 0 }
      uses.set(stored, use)
      const metric = newMetric(definition, use)
      this.#byName.set(name, metric)
      if (alias !== '') this.#byAlias.set(alias, metric)
    }
  }

  named(name: string): KnownMetric | undefined {
    return this.#byName.get(name)
  }

  ofAlias(alias: string): KnownMetric | undefined {
    return this.#byAlias.get(alias)
  }
}

/** A metric that no birth has, and that says all of itself. */
export function strayMetric(name: string, datatype: number): KnownMetric {
  return newMetric({ name, alias: '', datatype, unit: '', members: [] }, { point: 0 })
}

function newMetric({ name, datatype, unit, members }: KeptDefinition, use: FieldUse): KnownMetric {
  return {
    name,
    datatype,
    unit,
    members: members.length === 0 ? undefined : new Members(members),
    isField: !isOfProtocol(name),
    use,
  }
}

/** Commands that a host may give, and the number of the session: nothing that was measured. */
function isOfProtocol(name: string): boolean {
  return name === 'bdSeq' || name.startsWith('Node Control/') || name.startsWith('Device Control/')
}
