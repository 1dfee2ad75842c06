import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import { Ajv } from 'ajv'
import { DEFAULT_LIVE_OPTIONS } from '../../src/live/options.js'
import { PresenceSource } from '../../src/live/presence-source.js'
import { PresenceState, type ServerMessage } from '../../src/live/protocol.js'
import { PresenceRig } from '../devices/presence/presence-rig.js'
import { LiveClient, startLive } from '../support/live.js'
import { ViewsInMemory } from '../support/views.js'

let rig: PresenceRig
let views: ViewsInMemory

beforeEach(() => {
  rig = PresenceRig.started()
  views = new ViewsInMemory()
  views.presence = rig.presence
})

afterEach(() => rig.remove())

const validate = new Ajv({ strict: false }).compile<PresenceState>(PresenceState)

function add(path: string): number {
  views.addDevice(path)
  return rig.registry.add(path)
}

function newSource(scope = '', maxDevices = 500): PresenceSource {
  const request = { topic: 'presence', scope, within: '', intervalMs: 1000, depth: 0 } as const
  const source = new PresenceSource(views, request, { ...DEFAULT_LIVE_OPTIONS, maxDevices })
  assert.equal(source.sample(), true, 'the first sample is news')
  return source
}

function parsed(json: string): PresenceState {
  const state: unknown = JSON.parse(json)
  assert.ok(validate(state), JSON.stringify(validate.errors))
  return state
}

/** The update after something happened; undefined if there is none. */
function next(source: PresenceSource): PresenceState | undefined {
  return source.sample() ? parsed(source.change()) : undefined
}

function brief({ devices }: PresenceState): string[] {
  return devices.map(({ device, state }) => `${device.split('/').at(-1)} ${state}`)
}

test('a snapshot has the sums of the scope, its devices with their reasons, and its newest transitions', () => {
  const [a, b] = ['a', 'b'].map((name) => add(`ningbo/moulding/line1/${name}`)) as [number, number]
  rig.hear(add('shanghai/pressing/line1/c'))
  rig.presence.sessionOpened('a')
  rig.hear(a)
  const state = parsed(newSource('ningbo').whole())
  assert.deepEqual(state.sums, {
    ...{ registered: 2, discovered: 0, connected: 1 },
    ...{ fresh: 1, stale: 0, offline: 0, unknown: 1 },
  })
  assert.deepEqual(brief(state), ['b unknown', 'a online'].sort())
  const heard = new Date(rig.wallMs).toISOString()
  const first = state.devices.find(({ device }) => device.endsWith('/a'))!
  assert.deepEqual([first.connected, first.clientId, first.since, first.lastHeard], [true, 'a', heard, heard])
  assert.equal(state.devices.find(({ device }) => device.endsWith('/b'))!.lastHeard, undefined)
  assert.deepEqual(
    state.transitions.map(({ device, from, to, time }) => [device, from, to, time]),
    [['ningbo/moulding/line1/a', 'unknown', 'online', heard]],
  )
  assert.equal(rig.presence.isConnected(b), false)
})

test('an update has what changed and nothing else; nothing changed, no update', () => {
  const slots = ['a', 'b', 'c'].map((name) => add(`ningbo/moulding/line1/${name}`)) as [
    number,
    number,
    number,
  ]
  for (const slot of slots) rig.hear(slot)
  const source = newSource()
  assert.equal(next(source), undefined)
  for (const slot of slots) rig.hear(slot)
  assert.equal(next(source), undefined, 'messages of online devices are no news')
  rig.presence.died(slots[1], rig.wallMs)
  const update = next(source)!
  assert.deepEqual(brief(update), ['b offline'])
  assert.deepEqual(
    update.transitions.map(({ id, from, to }) => [id, from, to]),
    [[4, 'online', 'offline']],
  )
  assert.deepEqual([update.sums.fresh, update.sums.offline, update.transitionsOmitted], [2, 1, 0])
})

test('what happens outside of the scope is no news in it', () => {
  const inside = add('ningbo/moulding/line1/a')
  const outside = add('ningbo/moulding/line10/a2')
  const source = newSource('ningbo/moulding/line1')
  rig.hear(outside)
  assert.equal(next(source), undefined)
  rig.hear(inside)
  assert.deepEqual(brief(next(source)!), ['a online'])
})

test('the scope of one device has its sums', () => {
  const slot = add('ningbo/moulding/line1/a')
  const source = newSource('ningbo/moulding/line1/a')
  rig.hear(slot)
  const { sums, devices, omitted } = next(source)!
  assert.deepEqual([sums.registered, sums.fresh, devices.length, omitted], [1, 1, 1, 0])
})

test('a scope without devices is empty, and fills when they come', () => {
  const source = newSource('ningbo')
  assert.deepEqual(parsed(source.whole()).sums.registered, 0)
  add('ningbo/moulding/line1/a')
  assert.deepEqual(brief(next(source)!), ['a unknown'])
})

test('a device that moves away or is removed is taken away by its path', () => {
  const [moved, removed] = ['moved', 'removed'].map((name) => add(`ningbo/moulding/line1/${name}`)) as [
    number,
    number,
  ]
  const source = newSource('ningbo/moulding')
  rig.registry.change(moved, { line: 'line2' })
  rig.registry.remove(removed)
  const update = next(source)!
  assert.deepEqual(update.removed.sort(), ['ningbo/moulding/line1/moved', 'ningbo/moulding/line1/removed'])
  assert.deepEqual(
    update.devices.map(({ device }) => device),
    ['ningbo/moulding/line2/moved'],
  )
  assert.equal(update.sums.registered, 1)
  rig.registry.change(moved, { area: 'pressing' })
  assert.deepEqual(next(source)!.removed, ['ningbo/moulding/line2/moved'])
  assert.deepEqual(parsed(source.whole()).devices, [])
})

test('devices beyond the limit of a frame are counted, and their transitions still told', () => {
  const slots = ['a', 'b', 'c', 'd'].map((name) => add(`ningbo/moulding/line1/${name}`))
  const source = newSource('', 3)
  const shown = parsed(source.whole())
  assert.deepEqual([shown.devices.length, shown.omitted, shown.sums.registered], [3, 1, 4])
  for (const slot of slots) rig.hear(slot)
  const update = next(source)!
  assert.deepEqual([update.devices.length, update.transitions.length, update.sums.fresh], [3, 4, 4])
  rig.registry.remove(slots[0]!)
  assert.deepEqual([next(source)!.omitted, parsed(source.whole()).devices.length], [0, 3])
})

test('of more transitions than a frame takes, the newest are told and the others counted', () => {
  const slot = add('ningbo/moulding/line1/a')
  rig.hear(slot)
  const source = newSource()
  for (let i = 0; i < 80; i++) {
    rig.presence.died(slot, rig.wallMs)
    rig.hear(slot)
  }
  const update = next(source)!
  assert.deepEqual([update.transitions.length, update.transitionsOmitted], [100, 60])
  assert.equal(update.transitions.at(-1)!.id, rig.presence.totalTransitions)
  for (let i = 0; i < 6_000; i++) {
    rig.presence.died(slot, rig.wallMs)
    rig.hear(slot)
  }
  assert.equal(next(source)!.transitionsOmitted, 11_900)
})

test('a source that slept through more changes than the log holds misses none of them', () => {
  const slots = ['a', 'b'].map((name) => add(`ningbo/moulding/line1/${name}`)) as [number, number]
  const source = newSource()
  rig.hear(slots[1])
  for (let i = 0; i < 70_000; i++) rig.registry.change(slots[0], {})
  assert.deepEqual(brief(next(source)!), ['b online'])
})

test('a sample looks at the devices that changed, however many there are', () => {
  const slots = Array.from({ length: 2_000 }, (_, i) => add(`ningbo/moulding/line${i % 7}/d${i}`))
  let looks = 0
  const { presence } = rig
  views.presence = new Proxy(presence, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target)
      if (typeof value !== 'function') return value
      if (name === 'of' || name === 'device') looks++
      return value.bind(target)
    },
  })
  const source = newSource('', 5_000)
  looks = 0
  rig.hear(slots[3]!)
  assert.equal(source.sample(), true)
  assert.ok(looks <= 5, `${looks} looks`)
})

function presenceOf(frame: ServerMessage): PresenceState {
  assert.ok((frame.type === 'snapshot' || frame.type === 'update') && frame.topic === 'presence')
  return frame.data
}

test('an operator who subscribes gets a snapshot and then each transition', async () => {
  const slot = add('ningbo/moulding/line1/a')
  const live = await startLive(views, { minIntervalMs: 20 })
  const client = await LiveClient.connect(live.port)
  client.send({ type: 'subscribe', id: 'p', topic: 'presence', scope: 'ningbo', intervalMs: 20 })
  assert.deepEqual(brief(presenceOf(await client.next('snapshot'))), ['a unknown'])
  rig.hear(slot)
  assert.deepEqual(brief(presenceOf(await client.next('update'))), ['a online'])
  rig.pass(31_000)
  const { transitions } = presenceOf(await client.next('update'))
  assert.match(transitions[0]!.reason.en, /^stale since \S+: last message \S+, expected every 10 s \+ 20 s$/)
  await live.close()
})
