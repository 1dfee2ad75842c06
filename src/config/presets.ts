import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { causeOf } from '../core/errors.js'
import { findPackage } from '../core/package-root.js'
import { suggest } from './suggest.js'
import { validatePreset } from './validator.js'
import { formatPath, type Path, parsePath, type Violation } from './violation.js'
import { YamlSource } from './yaml-source.js'

type Tree = Record<string, unknown>

/** What a preset gives to a route; the rest of it is for people. */
const KEYS = ['decoder', 'compression', 'expression', 'timestamp', 'measurement', 'fieldTypes', 'mapping']
/** Sections that a route may have in part. */
const MERGED: ReadonlySet<string> = new Set(['timestamp', 'fieldTypes', 'mapping'])
const OWN_FILE = /\.ya?ml$/

interface Preset {
  readonly name: string
  readonly file: string
  readonly values: Tree
  readonly source: YamlSource
}

/** The presets that the routes of a configuration name. */
export interface UsedPresets {
  /** What is wrong with their names and their files. */
  readonly violations: readonly Violation[]
  /** Paths of routes that could not be given what their preset says. */
  readonly unresolved: readonly string[]
  /** A violation of the configuration, where it belongs: in the file of the preset that the value came from. */
  place(violation: Violation): Violation
}

/**
 * Gives the routes of `tree`, in place, what their presets say, beneath their own keys. Reads the files of the presets
 * as they stand, without variables of the environment: a format is the same everywhere, and `${` has a meaning in JSONata.
 * A name that ends in .yaml is a file below `baseDirectory`.
 */
export function applyPresets(tree: unknown, baseDirectory: string): UsedPresets {
  const read = new Map<string, Preset | readonly Violation[]>()
  const violations: Violation[] = []
  const unresolved: string[] = []
  const origins = new Map<number, { readonly preset: Preset; readonly route: Tree }>()
  routesOf(tree).forEach((route, at) => {
    const name = isTree(route) ? route.preset : undefined
    if (!isTree(route) || typeof name !== 'string') return
    const isFirst = !read.has(name)
    const preset = read.get(name) ?? readPreset(name, baseDirectory)
    read.set(name, preset)
    if (isPreset(preset)) {
      origins.set(at, { preset, route: structuredClone(route) })
      Object.assign(route, merged(preset.values, route))
    } else {
      unresolved.push(`routes[${at}].preset`)
      // That it is missing would be no news.
      if (route.decoder === undefined) unresolved.push(`routes[${at}].decoder`)
      for (const violation of preset)
        if (violation.file === undefined) violations.push({ ...violation, path: `routes[${at}].preset` })
        else if (isFirst) violations.push(violation)
    }
  })
  const place = (violation: Violation) => {
    const [routes, at = '', ...path] = parsePath(violation.path)
    const origin = routes === 'routes' ? origins.get(Number(at)) : undefined
    if (origin === undefined || !isFrom(origin.preset, origin.route, path)) return violation
    return inFile(origin.preset.file, origin.preset.source, {
      path: formatPath(path),
      message: violation.message,
    })
  }
  return { violations, unresolved, place }
}

/** Names of the presets of the package, sorted. */
export function presetNames(): string[] {
  return readdirSync(presetDirectory())
    .flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []))
    .sort()
}

function presetDirectory(): string {
  return join(findPackage().root, 'config', 'presets')
}

function routesOf(tree: unknown): unknown[] {
  const routes = isTree(tree) ? tree.routes : undefined
  return Array.isArray(routes) ? routes : []
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isPreset(read: Preset | readonly Violation[]): read is Preset {
  return !Array.isArray(read)
}

/** The preset, or what is wrong with it; without a file where the fault is its name. */
function readPreset(name: string, baseDirectory: string): Preset | readonly Violation[] {
  const isOwn = OWN_FILE.test(name)
  if (!isOwn && !presetNames().includes(name)) return [{ path: '', message: unknownName(name) }]
  const path = isOwn ? resolve(baseDirectory, name) : join(presetDirectory(), `${name}.yaml`)
  const file = isOwn ? name : relative(findPackage().root, path)
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return [{ path: '', message: `names a file that cannot be read: ${causeOf(error)}` }]
  }
  return checked({ name, file, text })
}

function checked({
  name,
  file,
  text,
}: {
  name: string
  file: string
  text: string
}): Preset | readonly Violation[] {
  const source = YamlSource.parse(text)
  if (source.violations.length > 0) return source.violations.map((violation) => ({ ...violation, file }))
  const faults = validatePreset(structuredClone(source.value))
  if (faults.length === 0) return { name, file, values: source.value as Tree, source }
  return faults.map(({ path, message }) => inFile(file, source, { path: formatPath(path), message }))
}

function inFile(file: string, source: YamlSource, violation: Violation): Violation {
  return { ...violation, ...source.locate(parsePath(violation.path)), file }
}

function unknownName(name: string): string {
  const names = presetNames()
  const near = suggest(name, names)
  const hint = near === undefined ? '' : ` Did you mean ${near}?`
  return `names the preset ${name}, which is not known.${hint} The presets are ${names.join(', ')}; a file of your own ends in .yaml.`
}

function merged(preset: Tree, route: Tree): Tree {
  const result: Tree = {}
  for (const key of KEYS) {
    if (preset[key] === undefined) continue
    const own = route[key]
    if (own === undefined) result[key] = structuredClone(preset[key])
    else if (MERGED.has(key) && isTree(own)) result[key] = { ...structuredClone(preset[key] as Tree), ...own }
  }
  return result
}

/** Whether the value at this path of a route is the preset's. */
function isFrom({ values }: Preset, route: Tree, [key = '', inner]: Path): boolean {
  if (!KEYS.includes(key) || values[key] === undefined) return false
  const own = route[key]
  if (own === undefined) return true
  if (!MERGED.has(key) || inner === undefined || !isTree(own)) return false
  return !Object.hasOwn(own, inner) && Object.hasOwn(values[key] as Tree, inner)
}
