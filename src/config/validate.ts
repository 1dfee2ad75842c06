import { resolve } from 'node:path'
import { GatewayError } from '../core/errors.js'
import { CHECKS, type Check } from './checks.js'
import { applyPresets } from './presets.js'
import type { GatewayConfig } from './schema.js'
import { soundParts } from './sound-parts.js'
import { misreadTexts, validateSchema } from './validator.js'
import { describeViolation, formatPath, type Path, parsePath, type Violation } from './violation.js'

/** LG_CONFIG_INVALID with every violation, in the order of the file. */
export class ConfigInvalidError extends GatewayError {
  readonly violations: readonly Violation[]

  constructor(file: string, violations: readonly Violation[]) {
    const listed = violations.map((violation) => `  ${describeViolation(violation)}`).join('\n')
    super('LG_CONFIG_INVALID', { file, count: violations.length, violations, listed })
    this.violations = violations
  }
}

export interface ValidateOptions {
  /** Rules of other parts, run beside the ones of this folder. */
  readonly checks?: readonly Check[]
  /** Where relative paths of the data directory start; that of the process when absent. */
  readonly workingDirectory?: string
  /** Where relative paths of certificates and of the table of devices start; the working directory when absent. */
  readonly baseDirectory?: string
}

/**
 * A configuration out of plain values, such as those of a test or of a program that embeds the gateway.
 * @throws {ConfigInvalidError} with all violations
 */
export function parseConfig(input: unknown = {}, options: ValidateOptions = {}): GatewayConfig {
  const tree = structuredClone(input)
  const baseDirectory = options.baseDirectory ?? options.workingDirectory
  const violations = violationsOf(tree, options.checks ?? [], [], baseDirectory)
  if (violations.length > 0) throw new ConfigInvalidError('The configuration', violations)
  return finish(tree, options)
}

/**
 * Fills what presets say and the defaults into `tree`, in place, and returns all that is wrong with it, apart from `known`.
 */
export function violationsOf(
  tree: unknown,
  checks: readonly Check[],
  known: readonly Violation[] = [],
  baseDirectory: string = process.cwd(),
): Violation[] {
  dropEmptySections(tree)
  const presets = applyPresets(tree, baseDirectory)
  const unresolved = presets.unresolved.map((path) => ({ path, message: '' }))
  const found = violationsBeside(tree, checks, [...known, ...unresolved])
  return [...presets.violations, ...found.map((violation) => presets.place(violation))]
}

function violationsBeside(tree: unknown, checks: readonly Check[], known: readonly Violation[]): Violation[] {
  const knownPaths = new Set(known.map(({ path }) => path))
  const faults = validateSchema(tree).filter(({ path }) => !knownPaths.has(formatPath(path)))
  const faulty = [...faults.map(({ path }) => path), ...known.map(({ path }) => parsePath(path))]
  const sound = soundParts(tree, faulty, defaults())
  const found = [...CHECKS, ...checks].flatMap((check) => check(sound.config as GatewayConfig))
  return [
    ...faults.map(({ path, message }) => ({ path: formatPath(path), message })),
    ...found.map((violation) => sound.restore(violation)),
  ]
}

/** Makes numbers and booleans of those texts at `paths` that stand where the schema wants one. */
export function convertTexts(tree: unknown, paths: readonly Path[]): void {
  const convertible = new Set(paths.map(formatPath))
  for (const { path, value } of misreadTexts(tree)) {
    if (convertible.has(formatPath(path))) setAt(tree, path, value)
  }
}

/** Resolves the paths of a valid `tree` and freezes it. */
export function finish(tree: unknown, options: ValidateOptions): GatewayConfig {
  const config = tree as Mutable<GatewayConfig>
  const workingDirectory = options.workingDirectory ?? process.cwd()
  const baseDirectory = options.baseDirectory ?? workingDirectory
  config.gateway.dataDirectory = resolve(workingDirectory, config.gateway.dataDirectory)
  const { devices } = config
  if (devices.file !== undefined) devices.file = resolve(baseDirectory, devices.file)
  for (const holder of holdersOfFiles(config)) {
    for (const key of FILE_KEYS) {
      const file = holder[key]
      if (file !== undefined) holder[key] = resolve(baseDirectory, file)
    }
  }
  for (const sink of config.sinks) {
    if (sink.type === 'duckdb') sink.file = resolve(config.gateway.dataDirectory, sink.file)
  }
  return deepFreeze(config)
}

const FILE_KEYS = ['certFile', 'keyFile', 'caFile', 'crlFile'] as const
type HolderOfFiles = { [Key in (typeof FILE_KEYS)[number]]?: string }

function holdersOfFiles({ mqtt, http, security }: Mutable<GatewayConfig>): HolderOfFiles[] {
  const ofListeners = mqtt.listeners.flatMap((listener) => ('tls' in listener ? [listener.tls] : []))
  const others = [http.tls, security.audit.syslog].filter((holder) => holder !== undefined)
  return [...ofListeners, ...others] as HolderOfFiles[]
}

type Mutable<T> = { -readonly [Key in keyof T]: Mutable<T[Key]> }

/** A section whose keys are all commented out reads as empty: that is the same as leaving it out. */
function dropEmptySections(tree: unknown): void {
  if (typeof tree !== 'object' || tree === null) return
  const sections = tree as Record<string, unknown>
  for (const [name, value] of Object.entries(sections)) if (value === null) delete sections[name]
}

function defaults(): unknown {
  const tree = {}
  validateSchema(tree)
  return tree
}

function setAt(tree: unknown, path: Path, value: unknown): void {
  const parent = path
    .slice(0, -1)
    .reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], tree)
  ;(parent as Record<string, unknown>)[path.at(-1)!] = value
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const child of Object.values(value)) deepFreeze(child)
  return Object.freeze(value)
}
