import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { ServerMessage, Snapshot, Update } from '../../src/live/protocol.js'
import { LiveClient, type LiveServer, startLive } from '../support/live.js'
import { ViewsInMemory } from '../support/views.js'

let views: ViewsInMemory
let live: LiveServer
let client: LiveClient

beforeEach(async () => {
  views = new ViewsInMemory()
  views.addDevice('ningbo/moulding/line1/imm-01')
  views.addDevice('hangzhou/cnc/line1/cnc-01')
  live = await startLive(views, { minIntervalMs: 20, heartbeatMs: 50, maxLetters: 2 })
  client = await LiveClient.connect(live.port)
})

afterEach(() => live.close())

type Frame = Extract<Snapshot | Update, { topic: 'deadLetters' }>

function asLetters(frame: ServerMessage): Frame {
  assert.ok((frame.type === 'snapshot' || frame.type === 'update') && frame.topic === 'deadLetters')
  return frame
}

async function subscribe(scope: string, id = 'd'): Promise<Frame> {
  client.send({ type: 'subscribe', id, topic: 'deadLetters', scope, intervalMs: 20 })
  return asLetters(await client.next('snapshot'))
}

test('dead letters are counted in total and since the subscription, the newest first', async () => {
  views.receiveUndecodable(1, 'malformed')
  views.receiveUndecodable(2, 'bad_type')
  const { data, arrived } = await subscribe('')
  assert.deepEqual(arrived, { messages: 0, points: 0 })
  assert.deepEqual([data.kept, data.deadLettered], [2, { messages: 2, points: 0 }])
  assert.deepEqual(
    data.letters.map(({ id, reason }) => [id, reason.code]),
    [
      [2, 'bad_type'],
      [1, 'malformed'],
    ],
  )
  views.receiveUndecodable(1, 'malformed')
  const update = asLetters(await client.next('update'))
  assert.deepEqual(update.arrived, { messages: 1, points: 0 })
  assert.deepEqual(
    update.data.letters.map(({ id }) => id),
    [3, 2],
    'no more letters than the limit',
  )
})

test('subscribers of one stream are each told what arrived since their own beginning', async () => {
  await subscribe('', 'first')
  views.receiveUndecodable(1, 'malformed')
  await client.next('update')
  await subscribe('', 'second')
  views.receiveUndecodable(1, 'malformed')
  const arrived = new Map<string, number>()
  while (arrived.size < 2) {
    const update = asLetters(await client.next('update'))
    arrived.set(update.id, update.arrived.messages)
  }
  assert.deepEqual(
    [...arrived],
    [
      ['first', 2],
      ['second', 1],
    ],
  )
  assert.equal(live.hub.statistics.feeds, 1)
})

test('a letter is listed without its payload', async () => {
  views.receiveUndecodable(1, 'malformed')
  const { data } = await subscribe('')
  const keys = Object.keys(data.letters[0]!).sort()
  assert.deepEqual(keys, ['device', 'id', 'kind', 'reason', 'sink', 'time', 'topic'])
})

test('a scope has its own letters and counts, for a device as for a site', async () => {
  views.receiveUndecodable(1, 'malformed')
  views.receiveUndecodable(2, 'bad_type')
  for (const scope of ['ningbo', 'ningbo/moulding/line1/imm-01']) {
    const { data } = await subscribe(scope, scope)
    assert.deepEqual(data.deadLettered, { messages: 1, points: 0 })
    assert.deepEqual(
      data.letters.map(({ reason }) => reason.code),
      ['malformed'],
    )
  }
})

test('a letter that is taken away after a replay disappears', async () => {
  views.receiveUndecodable(1, 'malformed')
  await subscribe('')
  views.deadLetters.remove(1)
  const { data } = asLetters(await client.next('update'))
  assert.deepEqual([data.kept, data.letters], [0, []])
})
