import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { HostState } from '../../src/sparkplug/host-state.js'
import { until } from '../support/broker-rig.js'
import { type Heard, SparkplugHostRig } from '../support/sparkplug-host-rig.js'
import { openState, removeDirectory, temporaryDirectory } from '../support/state.js'

const TOPIC = 'spBv1.0/STATE/gateway'

interface State {
  readonly online: boolean
  readonly timestamp: number
}

function statesOf(heard: readonly Heard[]): State[] {
  return heard.map(({ payload }) => JSON.parse(payload.toString()) as State)
}

/** What an edge node that connects now is told. */
async function retained(rig: SparkplugHostRig, topic = TOPIC): Promise<State> {
  const heard = await rig.listen(topic)
  await until(() => heard.length > 0)
  assert.equal(heard[0]!.retain, true)
  return statesOf(heard)[0]!
}

afterEach(() => SparkplugHostRig.removeAll())

describe('the STATE of the host', () => {
  test('is retained: online from the start, with the time of it', async () => {
    const before = Date.now()
    const rig = await SparkplugHostRig.start()
    const state = await retained(rig)
    assert.deepEqual(Object.keys(state), ['online', 'timestamp'])
    assert.equal(state.online, true)
    assert.ok(state.timestamp >= before && state.timestamp <= Date.now())
  })

  test('is published with QoS 1', async () => {
    const rig = await SparkplugHostRig.start()
    const heard = await rig.listen(TOPIC)
    await until(() => heard.length > 0)
    assert.equal(heard[0]!.qos, 1)
  })

  test('is offline when the host closes, with the time of that, and stays retained', async () => {
    const first = await SparkplugHostRig.start()
    const heard = await first.listen(TOPIC)
    await until(() => heard.length > 0)
    await first.close()
    await until(() => heard.length > 1)
    const [birth, death] = statesOf(heard)
    assert.equal(death!.online, false)
    assert.ok(death!.timestamp >= birth!.timestamp)
    const second = await SparkplugHostRig.start({ directory: first.broker.directory, isLate: true })
    assert.deepEqual(await retained(second), death)
  })

  test('that an earlier run left online is taken back at the start with its own time, then it is online anew', async () => {
    const first = await SparkplugHostRig.start()
    const left = await retained(first)
    await first.kill()
    const second = await SparkplugHostRig.start({ directory: first.broker.directory, isLate: true })
    const heard = await second.listen(TOPIC)
    await until(() => heard.length > 0)
    assert.deepEqual(statesOf(heard), [left], 'nobody was left to say that the host was gone')
    await second.host.start()
    await until(() => heard.length > 2)
    const [, will, birth] = statesOf(heard)
    assert.deepEqual(will, { online: false, timestamp: left.timestamp })
    assert.equal(birth!.online, true)
    assert.ok(birth!.timestamp > left.timestamp)
  })

  test('that a killed host left is online anew before anyone can connect', async () => {
    const first = await SparkplugHostRig.start()
    const left = await retained(first)
    await first.kill()
    const second = await SparkplugHostRig.start({ directory: first.broker.directory })
    const state = await retained(second)
    assert.equal(state.online, true)
    assert.ok(state.timestamp > left.timestamp)
  })

  test('of another host id, or of a host that is to say nothing any more, is taken back, too', async () => {
    for (const options of [{ hostId: 'renamed' }, { primary: false }]) {
      const first = await SparkplugHostRig.start()
      const left = await retained(first)
      await first.kill()
      const second = await SparkplugHostRig.start({ directory: first.broker.directory, options })
      assert.deepEqual(await retained(second), { online: false, timestamp: left.timestamp })
    }
  })

  test('is not published by a host that is not primary', async () => {
    const rig = await SparkplugHostRig.start({ options: { primary: false } })
    const heard = await rig.listen('spBv1.0/STATE/#')
    const other = await rig.listen('other')
    await (await rig.connect('speaker')).publishAsync('other', 'x', { qos: 1 })
    await until(() => other.length > 0)
    assert.deepEqual(heard, [])
  })

  test('is published again, with the time of the birth, when someone says that the host is offline', async () => {
    const rig = await SparkplugHostRig.start()
    const birth = await retained(rig)
    const heard = await rig.listen(TOPIC)
    await until(() => heard.length > 0)
    const stranger = await rig.connect('stranger')
    const lie = JSON.stringify({ online: false, timestamp: Date.now() })
    await stranger.publishAsync(TOPIC, lie, { qos: 1, retain: true })
    await until(() => heard.length > 2)
    assert.deepEqual(statesOf(heard).slice(2), [birth])
    assert.deepEqual(await retained(rig), birth)
    assert.equal(rig.warnings.length, 1)
  })

  test('is the first that the host publishes, behind the subscription to its own topic', async () => {
    const directory = temporaryDirectory()
    const store = openState(directory)
    const done: string[] = []
    const host = new HostState({
      hostId: 'gateway',
      isPrimary: true,
      state: store,
      publish: async ({ topic, qos, retain, payload }) => {
        done.push(`publish ${topic} ${qos} ${retain} ${payload}`)
      },
      subscribe: async (topic) => {
        done.push(`subscribe ${topic}`)
        return async () => {}
      },
      now: () => 1_700_000_000_000,
      onContradicted: () => {},
    })
    await host.start()
    assert.deepEqual(done, [
      `subscribe ${TOPIC}`,
      `publish ${TOPIC} 1 true {"online":true,"timestamp":1700000000000}`,
    ])
    await store.close()
    removeDirectory(directory)
  })

  test('of a host whose clock was set back is later than the one that it left', async () => {
    const directory = temporaryDirectory()
    const store = openState(directory)
    const said: State[] = []
    const hostAt = (now: number) =>
      new HostState({
        hostId: 'gateway',
        isPrimary: true,
        state: store,
        publish: async ({ payload }) => {
          said.push(JSON.parse(payload.toString()) as State)
        },
        subscribe: async () => async () => {},
        now: () => now,
        onContradicted: () => {},
      })
    await hostAt(5_000).start()
    const second = hostAt(3_000)
    await second.start()
    await second.close()
    assert.deepEqual(said, [
      { online: true, timestamp: 5_000 },
      { online: false, timestamp: 5_000 },
      { online: true, timestamp: 5_001 },
      { online: false, timestamp: 5_001 },
    ])
    await store.close()
    removeDirectory(directory)
  })
})
