import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import type { SinkStatus } from '../../src/core/counts.js'
import type { ServerMessage } from '../../src/live/protocol.js'
import { LiveClient, startLive } from '../support/live.js'
import { sinkStatus, ViewsInMemory } from '../support/views.js'

const OPERATORS = 1000
/** Longer than it takes to read what one tick sends to all of them. */
const INTERVAL_MS = 500

/** Views with a sink that counts how often JSON is made of it. */
function countingViews(): { views: ViewsInMemory; serialisations: () => number } {
  const views = new ViewsInMemory()
  views.addDevice('ningbo/moulding/line1/imm-01')
  let count = 0
  const status = sinkStatus()
  const toJSON = () => {
    count++
    return status
  }
  const counting: SinkStatus = Object.assign(sinkStatus(), { toJSON })
  views.sinkStatuses = [counting]
  return { views, serialisations: () => count }
}

test('1,000 operators with one subscription cost one serialisation per tick, and get the same data', async (t) => {
  const { views, serialisations } = countingViews()
  const live = await startLive(views, { minIntervalMs: INTERVAL_MS })
  const received: ServerMessage[][] = []
  const sockets = Array.from({ length: OPERATORS }, () => new WebSocket(`ws://127.0.0.1:${live.port}/live`))
  t.after(async () => {
    for (const socket of sockets) socket.terminate()
    await live.close()
  })
  const updated = sockets.map((socket, i) => firstUpdate(socket, i, received))
  await Promise.all(updated.map(({ subscribed }) => subscribed))
  assert.equal(serialisations(), 1, 'every snapshot is the same')
  views.receive(1, 5)
  const frames = await Promise.all(updated.map(({ update }) => update))
  const { framesSent, feeds, subscriptions } = live.hub.statistics
  assert.deepEqual([feeds, subscriptions], [1, OPERATORS])
  assert.ok(framesSent >= 2 * OPERATORS)
  // The change, and perhaps already the tick after it, in which the rates come to rest.
  assert.ok(serialisations() <= 3, `${serialisations()} serialisations for ${framesSent} frames`)
  const data = new Set(frames.map((text) => text.slice(text.indexOf('"time"'))))
  assert.equal(data.size, 1)
})

function firstUpdate(
  socket: WebSocket,
  index: number,
  received: ServerMessage[][],
): { subscribed: Promise<void>; update: Promise<string> } {
  received[index] = []
  let snapshotCame: () => void
  const subscribed = new Promise<void>((resolve) => {
    snapshotCame = resolve
  })
  const update = new Promise<string>((resolve) => {
    socket.on('message', (bytes) => {
      const { type } = JSON.parse(String(bytes)) as ServerMessage
      if (type === 'snapshot') snapshotCame()
      if (type === 'update') resolve(String(bytes))
    })
  })
  const subscribe = { type: 'subscribe', id: `operator-${index}`, topic: 'counts', intervalMs: INTERVAL_MS }
  socket.on('open', () => socket.send(JSON.stringify(subscribe)))
  return { subscribed, update }
}

test('subscriptions that differ in scope, depth or interval have feeds of their own, which end with them', async () => {
  const { views } = countingViews()
  const live = await startLive(views, { minIntervalMs: 50 })
  const client = await LiveClient.connect(live.port)
  const wanted = [{}, { scope: 'ningbo' }, { depth: 1 }, { intervalMs: 100 }, { intervalMs: 1000 }, {}]
  for (const [i, differing] of wanted.entries()) {
    client.send({ type: 'subscribe', id: String(i), topic: 'counts', ...differing })
    await client.next('snapshot')
  }
  assert.deepEqual([live.hub.statistics.feeds, live.hub.statistics.subscriptions], [4, 6])
  client.send({ type: 'unsubscribe', id: '1' })
  client.send({ type: 'unsubscribe', id: '0' })
  client.send({ type: 'subscribe', id: 'last', topic: 'counts' })
  await client.next('snapshot')
  assert.deepEqual([live.hub.statistics.feeds, live.hub.statistics.subscriptions], [3, 5])
  client.socket.close()
  await once(client.socket, 'close')
  const other = await LiveClient.connect(live.port)
  await assertEventually(() => live.hub.statistics.feeds === 0)
  await other.close()
  await live.close()
})

async function assertEventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
