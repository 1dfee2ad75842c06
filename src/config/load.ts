import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { causeOf, GatewayError } from '../core/errors.js'
import { type Environment, substitute } from './environment.js'
import type { GatewayConfig } from './schema.js'
import { ConfigInvalidError, convertTexts, finish, type ValidateOptions, violationsOf } from './validate.js'
import { parsePath, type Violation } from './violation.js'
import { YamlSource } from './yaml-source.js'

export interface LoadOptions extends Omit<ValidateOptions, 'baseDirectory'> {
  /** Variables for `${NAME}`; those of the process when absent. */
  readonly environment?: Environment
}

/**
 * Reads a configuration file: YAML, variables of the environment, presets, schema, checks. Reads that
 * file and those of the presets that its routes name, and does no other I/O.
 * @throws {GatewayError} LG_CONFIG_UNREADABLE
 * @throws {ConfigInvalidError} LG_CONFIG_INVALID with all violations and their places in the file
 */
export function loadConfig(file: string, options: LoadOptions = {}): GatewayConfig {
  const source = YamlSource.parse(read(file))
  if (source.violations.length > 0) throw new ConfigInvalidError(file, source.violations)
  const {
    value,
    paths,
    violations: missing,
  } = substitute(source.value ?? {}, options.environment ?? process.env)
  convertTexts(value, paths)
  const baseDirectory = dirname(resolve(file))
  const violations = [...missing, ...violationsOf(value, options.checks ?? [], missing, baseDirectory)]
  if (violations.length > 0) throw new ConfigInvalidError(file, inOrderOfFile(violations, source))
  return finish(value, { ...options, baseDirectory })
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new GatewayError('LG_CONFIG_UNREADABLE', { file, cause: causeOf(error) }, { cause: error })
  }
}

/** With their places; those of presets come last. */
export function inOrderOfFile(violations: readonly Violation[], source: YamlSource): Violation[] {
  const located = violations.map((violation) => ({
    ...violation,
    ...(violation.file === undefined ? source.locate(parsePath(violation.path)) : {}),
  }))
  // Those of presets come last.
  const own = (violation: Violation) => Number(violation.file !== undefined)
  return located.sort(
    (a, b) => own(a) - own(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  )
}
