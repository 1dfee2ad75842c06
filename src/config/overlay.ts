import { inOrderOfFile } from './load.js'
import type { GatewayConfig, RouteConfig } from './schema.js'
import { ConfigInvalidError, finish, type ValidateOptions, violationsOf } from './validate.js'
import { YamlSource } from './yaml-source.js'

/** In messages, in place of the name of a file. */
const NAME = 'The text'

export interface OverlayOptions extends Pick<ValidateOptions, 'checks'> {
  /** Where relative paths of presets start; the working directory when absent. */
  readonly baseDirectory?: string
}

/**
 * A configuration as `base`, with the sections of `text` (YAML) in place of those that it has: presets and checks as for a
 * file. Variables of the environment are not put in, since the text may come from afar.
 * @throws {ConfigInvalidError} with all violations and their places in the text
 */
export function overlaid(base: GatewayConfig, text: string, options: OverlayOptions = {}): GatewayConfig {
  const source = YamlSource.parse(text)
  if (source.violations.length > 0) throw new ConfigInvalidError(NAME, source.violations)
  const sections = source.value ?? {}
  if (typeof sections !== 'object' || Array.isArray(sections)) {
    throw new ConfigInvalidError(NAME, [{ path: '', message: 'must have sections, such as routes' }])
  }
  const tree = structuredClone({ ...base, routes: base.routes.map(withoutPreset), ...sections })
  const violations = violationsOf(tree, options.checks ?? [], [], options.baseDirectory)
  if (violations.length > 0) throw new ConfigInvalidError(NAME, inOrderOfFile(violations, source))
  return finish(tree, options.baseDirectory === undefined ? {} : { baseDirectory: options.baseDirectory })
}

/** What its preset says is in it already. */
function withoutPreset(route: RouteConfig): object {
  return { ...route, preset: undefined }
}
