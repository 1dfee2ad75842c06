import { formatPath, type Path, parsePath, type Violation } from './violation.js'

type Tree = Record<string, unknown>

interface SoundParts {
  /** The configuration without its faulty parts: entries of lists left out, other keys at their defaults. */
  readonly config: unknown
  /** A violation of `config`, with the indexes of the whole configuration. */
  restore(violation: Violation): Violation
}

/**
 * What is left of a configuration to run the checks on when parts of it are faulty, so that one run reports the
 * faults of the schema and those that only show between keys.
 */
export function soundParts(config: unknown, faulty: readonly Path[], defaults: unknown): SoundParts {
  const sound = structuredClone(faulty.some((path) => path.length === 0) ? defaults : config) as Tree
  const dropped = new Map<string, Set<number>>()
  for (const path of faulty) {
    const at = path.findIndex((key) => /^\d+$/.test(key))
    if (at < 0) setDefault(sound, path, defaults as Tree)
    else note(dropped, path.slice(0, at), Number(path[at]))
  }
  const kept = new Map<string, number[]>()
  for (const [list, indexes] of dropped) kept.set(list, dropEntries(sound, parsePath(list), indexes))
  return { config: sound, restore: (violation) => restore(violation, kept) }
}

function setDefault(sound: Tree, [section, key]: Path, defaults: Tree): void {
  if (section === undefined || !(section in defaults)) return
  const whole = defaults[section] as Tree
  if (key === undefined || typeof sound[section] !== 'object') sound[section] = structuredClone(whole)
  else if (key in whole) (sound[section] as Tree)[key] = structuredClone(whole[key])
}

function note(dropped: Map<string, Set<number>>, list: Path, index: number): void {
  const key = formatPath(list)
  dropped.set(key, (dropped.get(key) ?? new Set()).add(index))
}

/** Takes the entries out of the list in place; returns the old indexes of those that stay. */
function dropEntries(sound: Tree, path: Path, indexes: ReadonlySet<number>): number[] {
  const list = path.reduce<unknown>((node, key) => (node as Tree | undefined)?.[key], sound)
  if (!Array.isArray(list)) return []
  const kept = [...list.keys()].filter((index) => !indexes.has(index))
  list.splice(0, list.length, ...kept.map((index): unknown => list[index]))
  return kept
}

function restore(violation: Violation, kept: ReadonlyMap<string, readonly number[]>): Violation {
  const path = [...parsePath(violation.path)]
  const at = path.findIndex((key) => /^\d+$/.test(key))
  const original = kept.get(formatPath(path.slice(0, at)))?.[Number(path[at])]
  if (at < 0 || original === undefined) return violation
  path[at] = String(original)
  return { ...violation, path: formatPath(path) }
}
