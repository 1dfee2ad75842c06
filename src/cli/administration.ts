import type { GatewayConfig } from '../config/schema.js'
import type { AuditTrail } from '../core/audit.js'
import { GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { StateStore } from '../core/state.js'
import { readLocalKey } from '../security/people/local-key.js'
import { CommandAudit } from './administration-audit.js'
import { GatewayApi } from './api.js'
import { type ApiOptions, accessBy, openApi } from './api-access.js'
import { loadChecked } from './configuration.js'
import type { Context } from './context.js'
import { createLogger } from './logger.js'

/** A gateway that does not run: its state, open for this command alone. */
export interface Stopped {
  readonly state: StateStore
  readonly config: GatewayConfig
  readonly audit: AuditTrail
  readonly logger: Logger
}

/** The same work through the API of a gateway that runs, and on the state of one that does not. */
export interface Ways<T> {
  online(api: GatewayApi): Promise<T>
  offline(stopped: Stopped): Promise<T>
}

/**
 * Through the API where an address or a token is given, or where a gateway runs on the data directory of the
 * configuration; else on the state itself, which no gateway can open meanwhile. Ask the operator what there is to ask
 * before.
 * @throws {GatewayError} LG_LOCAL_KEY_MISSING when a gateway runs whose key cannot be read
 */
export async function administer<T>(options: ApiOptions, context: Context, ways: Ways<T>): Promise<T> {
  const { url, token, config: file } = options
  if (url !== undefined || token !== undefined) {
    return ways.online(openApi(options, context))
  }
  const config = loadChecked(file === undefined ? {} : { config: file }, context)
  const stopped = await openStopped(config)
  if (stopped === undefined) return ways.online(apiOfRunning(config, context))
  try {
    return await ways.offline(stopped)
  } finally {
    await stopped.audit.close()
    await stopped.state.close()
  }
}

/** Undefined while a gateway has the state open. */
async function openStopped(
  config: GatewayConfig,
): Promise<(Stopped & { readonly audit: CommandAudit }) | undefined> {
  const logger = createLogger({ level: 'warn', format: 'pretty' }, config.gateway.id)
  // Loaded here, so that commands that talk to a gateway start without its stores.
  const { openState } = await import('../storage.js')
  try {
    return { state: openState(config, logger), config, audit: new CommandAudit(config, logger), logger }
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'LG_DATA_DIRECTORY_LOCKED') return undefined
    throw error
  }
}

function apiOfRunning(config: GatewayConfig, { signal }: Context): GatewayApi {
  const { dataDirectory } = config.gateway
  const found = readLocalKey(dataDirectory)
  if (found === undefined) throw new GatewayError('LG_LOCAL_KEY_MISSING', { directory: dataDirectory })
  return new GatewayApi(found.url, signal, accessBy(found, config))
}
