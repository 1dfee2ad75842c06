/**
 * A gateway's HTTP server with identifiers, as a process of its own: `node identifier-server.js <config.yaml>`. It reads
 * the configuration as the gateway does, has one device, and prints its address when it listens.
 */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../../src/config/load.js'
import { NO_AUDIT } from '../../src/core/audit.js'
import { silentLogger } from '../../src/core/logger.js'
import { Identifiers } from '../../src/devices/identifiers/identifiers.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { HttpServer } from '../../src/http/server.js'
import { DeadLetters } from '../../src/spool/dead-letters.js'
import { openState } from './state.js'
import { ViewsInMemory } from './views.js'

const { gateway, http, identifiers: options } = loadConfig(process.argv[2]!)
mkdirSync(gateway.dataDirectory, { recursive: true })
const webRoot = join(gateway.dataDirectory, 'web')
mkdirSync(webRoot, { recursive: true })
writeFileSync(join(webRoot, 'index.html'), '<!doctype html>')
const views = new ViewsInMemory()
const state = openState(gateway.dataDirectory)
const registry = new DeviceRegistry(state)
await registry.put('imm-01', { site: 'ningbo', identifier: `${options.prefixes[0]}/imm-01` })
const identifiers = new Identifiers({
  registry,
  state,
  latest: views.latest,
  options: { ...options, gatewayId: gateway.id },
  logger: silentLogger,
})
identifiers.start()
const server = new HttpServer({
  host: http.host,
  port: http.port,
  audit: NO_AUDIT,
  about: { gatewayId: gateway.id, version: '1.2.3', startedAtMs: Date.now(), mqttUrls: () => [] },
  ...views,
  deadLetters: new DeadLetters(state),
  registry,
  identifiers,
  stores: [],
  spoolStatus: () => {
    throw new Error('this server has no spool')
  },
  isReady: () => true,
  connections: { mqtt: () => 0, live: () => 0 },
  upgrades: {},
  webRoot,
  logger: silentLogger,
})
await server.start()
process.stdout.write(`${server.url}\n`)
