import type { ConfigChange } from '../core/reload.js'
import { redact } from './redact.js'
import type { GatewayConfig } from './schema.js'
import { formatPath, type Path } from './violation.js'

/** Elements of a list that have one of these keys are told apart by it, wherever they stand. */
const NAMES = ['topic', 'name'] as const

/**
 * Every key that differs, in the order of the keys; secrets are compared, and masked. Of a list whose elements have names, a
 * change of their order is a change of the list: of routes, the first that matches counts.
 */
export function differences(before: GatewayConfig, after: GatewayConfig): ConfigChange[] {
  const [was, is] = [leavesOf(before), leavesOf(after)]
  const [wasShown, isShown] = [leavesOf(redact(before)), leavesOf(redact(after))]
  const differs = (path: string) => {
    const [one, other] = [was.get(path), is.get(path)]
    return textOf(one) !== textOf(other) && !isGrown(one, other) && !isFilled(path, was, is)
  }
  return [...new Set([...was.keys(), ...is.keys()])]
    .filter(differs)
    .map((path) => ({ path, before: wasShown.get(path), after: isShown.get(path) }))
}

/** By path: scalars, empty sections, and the names of the elements of a list in their order. */
type Leaves = Map<string, unknown>

function leavesOf(tree: unknown, path: Path = [], leaves: Leaves = new Map()): Leaves {
  const entries = typeof tree === 'object' && tree !== null ? Object.entries(tree) : []
  if (entries.length === 0) return leaves.set(formatPath(path), tree)
  const names = Array.isArray(tree) ? namesOf(tree) : undefined
  if (names !== undefined && names.length > 1) leaves.set(formatPath(path), names)
  for (const [i, [key, child]] of entries.entries()) leavesOf(child, [...path, names?.[i] ?? key], leaves)
  return leaves
}

/** Undefined where an element has no name, or two have the same: then they are told apart by their place. */
function namesOf(list: readonly unknown[]): string[] | undefined {
  const names = list.flatMap((element) => nameOf(element) ?? [])
  return new Set(names).size === list.length ? names : undefined
}

function nameOf(element: unknown): string | undefined {
  if (typeof element !== 'object' || element === null) return undefined
  const named = element as Readonly<Record<string, unknown>>
  return NAMES.map((name) => named[name]).find((value) => typeof value === 'string')
}

function textOf(leaf: unknown): string | undefined {
  return JSON.stringify(leaf)
}

/** The order of names has changed only since some came or went, whose own keys tell it. */
function isGrown(before: unknown = [], after: unknown = []): boolean {
  if (!Array.isArray(before) || !Array.isArray(after) || before.length + after.length === 0) return false
  const stayed = (of: unknown[], other: unknown[]) => textOf(of.filter((name) => other.includes(name)))
  return stayed(before, after) === stayed(after, before)
}

/** An empty section that has members on the other side, which tell it. */
function isFilled(path: string, before: Leaves, after: Leaves): boolean {
  if (before.has(path) && after.has(path)) return false
  const isBelow = (key: string) => key.startsWith(`${path}.`) || key.startsWith(`${path}[`)
  return [...(before.has(path) ? after : before).keys()].some(isBelow)
}
