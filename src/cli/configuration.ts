import { join } from 'node:path'
import type { Check } from '../config/checks.js'
import { loadConfig } from '../config/load.js'
import type { GatewayConfig } from '../config/schema.js'
import { mappingsAreSound } from '../decode/mapping/index.js'
import { securityIsSound } from '../security/sound.js'
import type { Context } from './context.js'

export interface ConfigOption {
  /** Path of the configuration; the shipped default when absent. */
  readonly config?: string
}

/** Rules that belong to other parts of the gateway. */
export const CHECKS: readonly Check[] = [securityIsSound, mappingsAreSound]

export function configFile(options: ConfigOption, { packageRoot }: Context): string {
  return options.config ?? join(packageRoot, 'config', 'gateway.yaml')
}

export function loadChecked(options: ConfigOption, context: Context): GatewayConfig {
  const { environment } = context
  return loadConfig(configFile(options, context), { checks: CHECKS, environment })
}
