/**
 * The broker with its express lane and nothing behind it: messages are acknowledged when the turn is over, and forgotten.
 *
 *     node dist/bench/targets/lane-probe.js PORT DATA_DIRECTORY [PROFILES]
 *
 * With PROFILES (YAML of `mqtt.profiles`), clients need a token out of the data directory and may publish what their profile
 * says; without, anybody may publish anything.
 */
import { join } from 'node:path'
import { parse } from 'yaml'
import { Broker } from '../../src/broker/broker.js'
import { parseConfig } from '../../src/config/validate.js'
import { silentLogger } from '../../src/core/logger.js'
import type { InboundMessage, Settled } from '../../src/core/message.js'
import { StateStore } from '../../src/core/state.js'
import { Credentials } from '../../src/security/credentials/credentials.js'
import { DeviceAdmission } from '../../src/security/credentials/device-admission.js'
import { PasswordHasher } from '../../src/security/secrets/passwords.js'

const MAP_BYTES = 1024 ** 3

const [port, directory, profiles] = process.argv.slice(2)
const logger = silentLogger
const state = StateStore.open({ directory: join(directory!, 'state'), mapBytes: MAP_BYTES, logger })

let waiting: Settled[] = []

function accept(_message: InboundMessage, _clientId: string, settled: Settled): void {
  if (waiting.length === 0) setImmediate(settleAll)
  waiting.push(settled)
}

function settleAll(): void {
  const due = waiting
  waiting = []
  for (const settled of due) settled()
}

function admissionBy(yaml: string): DeviceAdmission {
  const { mqtt } = parseConfig({ mqtt: { profiles: parse(yaml) as object } })
  const hasher = new PasswordHasher()
  const credentials = new Credentials({ state, hasher, logger, minPasswordLength: 12 })
  return new DeviceAdmission({ ...mqtt, credentials, hasher })
}

const broker = new Broker({
  accept,
  ...(profiles === undefined ? {} : { admission: admissionBy(profiles) }),
  lane: { isTelemetry: () => true, underPressure: () => false },
  durability: { alongside: (write) => write(), flush: () => Promise.resolve() },
  state,
  logger,
  listeners: [
    {
      protocol: 'mqtt',
      host: '127.0.0.1',
      port: Number(port),
      authentication: [profiles === undefined ? 'none' : 'token'],
    },
  ],
  maxPacketBytes: 1_048_576,
})
await broker.start()
process.once('SIGTERM', () => process.exit())
