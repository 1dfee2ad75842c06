import { formatPath, type Path, type Violation } from './violation.js'

export type Environment = Readonly<Record<string, string | undefined>>

interface Substituted {
  readonly value: unknown
  /** Texts that held a variable: they may turn out to stand for a number or a boolean. */
  readonly paths: readonly Path[]
  readonly violations: readonly Violation[]
}

/** `$${` is a literal `${`; `${NAME}`; `${NAME:-default}`; anything else after `${` is a mistake. */
const PLACEHOLDER = /\$\$\{|\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g

/**
 * Replaces `${NAME}` and `${NAME:-default}` in all texts of the tree by the variables of the environment. The
 * default stands in for a variable that is missing or empty, as in a shell.
 */
export function substitute(tree: unknown, environment: Environment): Substituted {
  const paths: Path[] = []
  const violations: Violation[] = []
  const walk = (value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return value.includes('${') ? replaced(value, path) : value
    if (Array.isArray(value)) return value.map((item, at) => walk(item, [...path, String(at)]))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, walk(child, [...path, key])]))
  }
  const replaced = (text: string, path: Path): string => {
    paths.push(path)
    return text.replace(PLACEHOLDER, (whole, name?: string, fallback?: string) => {
      const result = lookUp(whole, name, fallback, environment)
      if ('message' in result) violations.push({ path: formatPath(path), message: result.message })
      return 'value' in result ? result.value : whole
    })
  }
  return { value: walk(tree, []), paths, violations }
}

function lookUp(
  whole: string,
  name: string | undefined,
  fallback: string | undefined,
  environment: Environment,
): { value: string } | { message: string } {
  if (whole === '$${') return { value: '${' }
  if (name === undefined) {
    return {
      message: `has a "\${" that names no variable; write \${NAME}, \${NAME:-default}, or $\${ for the text itself`,
    }
  }
  const value = environment[name]
  if (fallback !== undefined && (value === undefined || value === '')) return { value: fallback }
  return value === undefined
    ? { message: `needs the environment variable ${name}, which is not set` }
    : { value }
}
