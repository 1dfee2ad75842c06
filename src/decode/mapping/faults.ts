/** One thing that is wrong with a mapping. */
export interface MappingViolation {
  /** Keys and indexes below `mapping`. */
  readonly path: readonly (string | number)[]
  /** In words that go on from the path. */
  readonly message: string
}

/** All that is wrong with a mapping. */
export class MappingInvalidError extends Error {
  readonly violations: readonly MappingViolation[]

  constructor(violations: readonly MappingViolation[]) {
    super(violations.map(({ path, message }) => `mapping.${path.join('.')} ${message}`).join('\n'))
    this.name = 'MappingInvalidError'
    this.violations = violations
  }
}

/** What compiling a mapping finds out beside the mapping itself. */
export class Findings {
  readonly violations: MappingViolation[] = []
  /** Tables of learnt names, and where they are asked for. */
  readonly lookups: { readonly table: string; readonly path: MappingViolation['path'] }[] = []
}

/** Where in the mapping something is compiled, and how deep records stand in the document there. */
export class Place {
  readonly findings: Findings
  readonly path: MappingViolation['path']
  /** Steps from the root to a record. */
  readonly depth: number

  constructor(findings: Findings, path: MappingViolation['path'] = [], depth = 0) {
    this.findings = findings
    this.path = path
    this.depth = depth
  }

  at(...keys: MappingViolation['path']): Place {
    return new Place(this.findings, [...this.path, ...keys], this.depth)
  }

  /** What several sections share is compiled once for each, but wrong only once. */
  violation(message: string): void {
    const { path } = this
    const key = path.join('\n')
    const isKnown = this.findings.violations.some((v) => v.message === message && v.path.join('\n') === key)
    if (!isKnown) this.findings.violations.push({ path, message })
  }

  looksUp(table: string): void {
    this.findings.lookups.push({ table, path: this.path })
  }
}
