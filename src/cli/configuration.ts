import { join } from 'node:path'
import type { Check } from '../config/checks.js'
import { loadConfig } from '../config/load.js'
import type { GatewayConfig } from '../config/schema.js'
import { GatewayError } from '../core/errors.js'
import { mappingsAreSound } from '../decode/mapping/index.js'
import { refuseExposedAnonymous } from '../security/anonymous.js'
import type { Context } from './context.js'

export interface ConfigOption {
  /** Path of the configuration; the shipped default when absent. */
  readonly config?: string
}

/** One violation for each listener that the rule of `security/` refuses. */
const noExposedAnonymous: Check = ({ mqtt }) =>
  mqtt.listeners.flatMap((listener, at) => {
    try {
      refuseExposedAnonymous([listener], mqtt.allowAnonymousFromNetwork)
      return []
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      return [{ path: `mqtt.listeners[${at}].host`, message: `${error.message} ${error.action}` }]
    }
  })

/** Rules that belong to other parts of the gateway. */
export const CHECKS: readonly Check[] = [noExposedAnonymous, mappingsAreSound]

export function configFile(options: ConfigOption, { packageRoot }: Context): string {
  return options.config ?? join(packageRoot, 'config', 'gateway.yaml')
}

export function loadChecked(options: ConfigOption, context: Context): GatewayConfig {
  return loadConfig(configFile(options, context), { checks: CHECKS })
}
