import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ServerMessage, Snapshot, Update } from '../../src/live/protocol.js'
import { LiveClient, type LiveServer, startLive } from '../support/live.js'
import { sinkStatus, ViewsInMemory } from '../support/views.js'

/** Enough per frame to fill the buffers of a loopback connection within a few dozen updates. */
const PADDING = 'x'.repeat(400_000)
const WORK = { minIntervalMs: 10, maxBufferedBytes: 500_000, heartbeatMs: 10_000 }

type Sequenced = Snapshot | Update

function sequenced(frame: ServerMessage): frame is Sequenced {
  return frame.type === 'snapshot' || frame.type === 'update'
}

function paddedViews(): ViewsInMemory {
  const views = new ViewsInMemory()
  views.addDevice('ningbo/moulding/line1/imm-01')
  views.sinkStatuses = [sinkStatus({ state: 'retrying', lastError: PADDING })]
  return views
}

async function subscribed(live: LiveServer, topic: 'counts' | 'values' = 'counts'): Promise<LiveClient> {
  const client = await LiveClient.connect(live.port)
  client.send({ type: 'subscribe', id: 'a', topic, intervalMs: 10 })
  await client.next('snapshot')
  return client
}

/** Changes the counts until the condition holds, one change for every update that the reader gets. */
async function driveUntil(views: ViewsInMemory, reader: LiveClient, condition: () => boolean): Promise<void> {
  while (!condition()) {
    views.receive(1)
    await reader.next('update')
  }
}

function assertGapless(frames: ServerMessage[]): Sequenced[] {
  const sequence = frames.filter(sequenced)
  let seq = -1
  for (const frame of sequence) {
    assert.equal(frame.seq, seq + frame.skipped + 1, 'seq grows by skipped + 1')
    seq = frame.seq
  }
  return sequence
}

test('an operator that stops reading misses updates, is told how many, and delays nobody', async () => {
  const views = paddedViews()
  const live = await startLive(views, WORK)
  const reader = await subscribed(live)
  const slow = await subscribed(live)
  slow.socket.pause()
  const pausedAt = live.hub.statistics.framesSent
  await driveUntil(views, reader, () => reader.frames.length > 60)
  const readerFrames = assertGapless(reader.frames)
  assert.ok(
    readerFrames.every(({ skipped }) => skipped === 0),
    'the reader got every update',
  )
  assert.ok(live.hub.statistics.framesSent - pausedAt < 2 * 60, 'the slow one did not')
  slow.socket.resume()
  const told = (await slow.until((frame) => sequenced(frame) && frame.skipped > 0)) as Sequenced
  assert.ok(told.skipped > 0)
  assertGapless(slow.frames)
  assert.equal(live.hub.statistics.skipped, told.skipped)
  await live.close()
})

test('an operator that catches up gets the newest state even if nothing changes any more', async () => {
  const views = paddedViews()
  const live = await startLive(views, WORK)
  const reader = await subscribed(live)
  const slow = await subscribed(live)
  slow.socket.pause()
  await driveUntil(views, reader, () => reader.frames.length > 60)
  const { received } = views.ledger.totals().messages
  slow.socket.resume()
  await slow.until(
    (f) => f.type === 'update' && f.topic === 'counts' && f.data.messages.received === received,
  )
  assertGapless(slow.frames)
  await live.close()
})

test('an operator that missed changed values gets all values again as a snapshot', async () => {
  const views = new ViewsInMemory()
  const [filler, other] = [views.addDevice('s/a/l/filler'), views.addDevice('s/a/l/other')]
  views.report(other, 'state', 'old')
  const live = await startLive(views, WORK)
  const reader = await subscribed(live, 'values')
  const slow = await subscribed(live, 'values')
  slow.socket.pause()
  for (let i = 0; i < 60; i++) {
    if (i === 50) views.report(other, 'state', 'new')
    views.report(filler, 'text', `${i}${PADDING}`)
    await reader.next('update')
  }
  slow.socket.resume()
  const whole = await slow.next('snapshot')
  assert.ok(whole.topic === 'values' && whole.skipped > 0)
  const state = whole.data.devices.find(({ device }) => device === 's/a/l/other')?.values[0]?.value
  assert.equal(state, 'new')
  assertGapless(slow.frames)
  await live.close()
})

test('an operator that does not read at all is disconnected with 1013 and a reason', async () => {
  const views = paddedViews()
  const live = await startLive(views, { ...WORK, stalledAfterMs: 200 })
  const reader = await subscribed(live)
  const slow = await subscribed(live)
  slow.socket.pause()
  await driveUntil(views, reader, () => live.hub.statistics.stalled === 1)
  assert.equal(live.hub.statistics.subscriptions, 1)
  slow.socket.resume()
  const { code, reason } = await slow.closed
  assert.deepEqual([code, reason], [1013, 'Nothing was read for 200 ms'])
  views.receive(1)
  await reader.next('update')
  assertGapless(reader.frames)
  await live.close()
})
