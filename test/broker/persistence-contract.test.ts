import { mkdtempSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { ClientRef } from '../../src/broker/memory-persistence.js'
import type { StoredPacket } from '../../src/broker/packet-format.js'
import { Persistence } from '../../src/broker/persistence.js'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'

/** The suite of aedes-persistence itself. */
type Suite = (options: {
  test: typeof test
  persistence: () => Promise<Persistence>
  testAsync: true
}) => void
const suite = createRequire(import.meta.url)('aedes-persistence/abstract.js') as Suite

/** The suite knows of no `accept`: a message is taken for accepted when it is stored. */
class AtOnce extends Persistence {
  override async incomingStorePacket(client: ClientRef, packet: StoredPacket): Promise<void> {
    const { payload } = packet
    await super.incomingStorePacket(client, packet)
    this.receive(client, packet.messageId!, () => undefined)()
    const stored = await this.incomingGetPacket(client, packet)
    if (payload !== undefined) stored.payload = Buffer.from(payload)
  }
}

const directories: string[] = []
const states: StateStore[] = []

suite({
  test,
  testAsync: true,
  persistence: async () => {
    const directory = mkdtempSync(join(tmpdir(), 'linegate-sessions-'))
    const state = StateStore.open({ directory, mapBytes: 64 * 1_048_576, logger: silentLogger })
    directories.push(directory)
    states.push(state)
    return new AtOnce({
      state,
      logger: silentLogger,
      queueLimits: { maxMessages: 10_000, maxBytes: 1_048_576 },
      onDropped: () => undefined,
      alongside: (write) => write(),
    })
  },
})

after(async () => {
  for (const state of states) await state.close()
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})
