import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { ServerMessage, ValuesState } from '../../src/live/protocol.js'
import { LiveClient, type LiveServer, startLive } from '../support/live.js'
import { ViewsInMemory } from '../support/views.js'

let views: ViewsInMemory
let live: LiveServer
let client: LiveClient

beforeEach(async () => {
  views = new ViewsInMemory()
  for (const name of ['imm-01', 'imm-02', 'imm-03']) views.addDevice(`ningbo/moulding/line1/${name}`)
  live = await startLive(views, { minIntervalMs: 20, heartbeatMs: 50, maxDevices: 3 })
  client = await LiveClient.connect(live.port)
})

afterEach(() => live.close())

function valuesOf(frame: ServerMessage): ValuesState {
  assert.ok((frame.type === 'snapshot' || frame.type === 'update') && frame.topic === 'values')
  return frame.data
}

function brief({ devices }: ValuesState): string[] {
  return devices.map(
    ({ device, values }) =>
      `${device.split('/').at(-1)} ${values.map((v) => `${v.field}=${v.value}`).join(' ')}`,
  )
}

async function subscribe(scope: string): Promise<ValuesState> {
  client.send({ type: 'subscribe', id: 'v', topic: 'values', scope, intervalMs: 20 })
  return valuesOf(await client.next('snapshot'))
}

test('a snapshot of values holds the newest point per field of every device in scope with values', async () => {
  views.report(1, 'temperature', 213.4)
  views.report(1, 'state', 'running')
  views.report(2, 'alarm', false)
  const state = await subscribe('ningbo/moulding')
  assert.deepEqual(brief(state), ['imm-01 temperature=213.4 state=running', 'imm-02 alarm=false'])
  assert.equal(state.omitted, 0)
  assert.equal(state.devices[0]!.values[0]!.measurement, 'telemetry')
})

test('an update of values carries only the devices whose values changed', async () => {
  views.report(1, 'temperature', 1)
  views.report(2, 'temperature', 2)
  await subscribe('')
  views.report(2, 'temperature', 3)
  assert.deepEqual(brief(valuesOf(await client.next('update'))), ['imm-02 temperature=3'])
})

test('a message that brings no new value makes no update', async () => {
  views.report(1, 'temperature', 1)
  await subscribe('')
  views.receive(1)
  for (let i = 0; i < 3; i++) await client.next('heartbeat')
  assert.ok(client.frames.every(({ type }) => type !== 'update'))
})

test('two messages of a device within one millisecond are both seen', async () => {
  views.report(1, 'temperature', 1)
  const { lastReceivedMs } = views.ledger.rows[1]!
  await subscribe('')
  views.report(1, 'temperature', 2)
  views.ledger.rows[1]!.lastReceivedMs = lastReceivedMs
  assert.deepEqual(brief(valuesOf(await client.next('update'))), ['imm-01 temperature=2'])
})

test('devices beyond the limit of a frame are counted, not left out in silence', async () => {
  const slot = views.addDevice('ningbo/moulding/line1/imm-04')
  for (let s = 1; s <= slot; s++) views.report(s, 'temperature', s)
  const state = await subscribe('')
  assert.equal(state.devices.length, 3)
  assert.equal(state.omitted, 1)
})

test('a device that is moved or taken out makes a whole snapshot, in which it is where it is now', async () => {
  views.report(1, 'temperature', 1)
  views.report(2, 'temperature', 2)
  await subscribe('ningbo/moulding/line1')
  const [first] = views.devices.list
  views.devices.list[0] = { ...first!, path: 'ningbo/moulding/line2/imm-01', line: 'line2' }
  views.tree.revision++
  assert.deepEqual(brief(valuesOf(await client.next('snapshot'))), ['imm-02 temperature=2'])
  views.report(2, 'temperature', 3)
  assert.deepEqual(brief(valuesOf(await client.next('update'))), ['imm-02 temperature=3'])
})
