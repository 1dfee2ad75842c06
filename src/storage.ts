import { join } from 'node:path'
import type { GatewayConfig } from './config/schema.js'
import type { Logger } from './core/logger.js'
import { StateStore } from './core/state.js'
import { Spool } from './spool/spool.js'

/** Address space beyond the limits of the spool and of dead letters: ledger, devices, sessions, series, and free pages between them. */
const MAP_SPARE_BYTES = 16 * 1024 ** 3

export function openState({ gateway, spool, deadLetters }: GatewayConfig, logger: Logger): StateStore {
  const directory = join(gateway.dataDirectory, 'state')
  const mapBytes = (spool.maxBytes + deadLetters.maxBytes) * 2 + MAP_SPARE_BYTES
  return StateStore.open({ directory, mapBytes, logger })
}

export function openSpool(
  { gateway, spool, deadLetters }: GatewayConfig,
  state: StateStore,
  logger: Logger,
): Spool {
  return new Spool(state, {
    ...spool,
    letters: deadLetters,
    quarantineDirectory: join(gateway.dataDirectory, 'quarantine'),
    logger,
  })
}
