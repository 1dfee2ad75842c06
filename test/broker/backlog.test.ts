import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Connection } from 'aedes'
import { Arrivals } from '../../src/broker/entrance/arrivals.js'
import { DEFAULT_LIMITS, LimitWatch } from '../../src/broker/limits.js'
import { Listener } from '../../src/broker/listener.js'
import { WebSocketEntrance } from '../../src/broker/web-socket.js'
import { silentLogger } from '../../src/core/logger.js'
import { until } from '../support/broker-rig.js'

const CLIENTS = 1_500
/** The system tries a connection that it dropped again after a second: far more turns than these. */
const QUIET_TURNS = 20

test('clients that come back at once, more than Node’s backlog holds, are all let in at the first attempt', async () => {
  const accepted: Connection[] = []
  const onConnection = (connection: Connection) => void accepted.push(connection)
  const onRefused = () => undefined
  const listener = new Listener(
    { protocol: 'mqtt', host: '127.0.0.1', port: 0 },
    {
      arrivals: new Arrivals(DEFAULT_LIMITS, new LimitWatch(silentLogger, onRefused)),
      webSockets: new WebSocketEntrance({ maxPacketBytes: 1_024, onConnection, onRefused }),
      onConnection,
      onRefused,
      logger: silentLogger,
    },
  )
  await listener.start()
  const { port } = listener.address
  const wanted = Math.min(CLIENTS, Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')))
  // All are on their way before this process has a turn to accept one.
  const clients: Socket[] = Array.from({ length: wanted }, () => connect({ port, host: '127.0.0.1' }))
  try {
    await until(() => accepted.length > 0)
    for (let seen = 0, quiet = 0; quiet < QUIET_TURNS; quiet = accepted.length > seen ? 0 : quiet + 1) {
      seen = accepted.length
      await setImmediate()
    }
    assert.equal(accepted.length, wanted)
  } finally {
    for (const client of clients) client.destroy()
    for (const connection of accepted) connection.destroy()
    await listener.stop()
  }
})
