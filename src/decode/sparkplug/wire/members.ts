/** A member of a template, as births define it. Plain, to be kept as JSON. */
export interface MemberDefinition {
  /** From the metric that holds the template, `/` between templates in each other. */
  readonly path: string
  readonly alias: string
  readonly datatype: number
  /** '' where none is known. */
  readonly unit: string
}

/** What data messages leave out of the members of one template metric. */
export class Members {
  readonly #byPath = new Map<string, MemberDefinition>()
  readonly #byAlias = new Map<string, MemberDefinition>()

  constructor(definitions: readonly MemberDefinition[]) {
    for (const definition of definitions) {
      this.#byPath.set(definition.path, definition)
      if (definition.alias !== '') this.#byAlias.set(definition.alias, definition)
    }
  }

  at(path: string): MemberDefinition | undefined {
    return this.#byPath.get(path)
  }

  ofAlias(alias: string): MemberDefinition | undefined {
    return this.#byAlias.get(alias)
  }
}
