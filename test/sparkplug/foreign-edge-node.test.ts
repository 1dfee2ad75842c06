import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { newClient } from 'sparkplug-client'
import { until } from '../support/broker-rig.js'
import { SparkplugHostRig } from '../support/sparkplug-host-rig.js'

type Client = ReturnType<typeof newClient>

/** The connection of the client, which it keeps to itself: to be cut as a cable is. */
interface Connection {
  readonly client: { readonly stream: { destroy(): void } }
}

const METRIC = { name: 'temperature', alias: 1, type: 'Float', value: 20.5 } as const
const DATA = { timestamp: 1_700_000_000_000, metrics: [METRIC] }

function join(rig: SparkplugHostRig, edgeNode: string): Client {
  const client = newClient({
    serverUrl: rig.url,
    username: '',
    password: '',
    groupId: 'G',
    edgeNode,
    clientId: edgeNode,
    mqttOptions: { reconnectPeriod: 0 },
  })
  const bear = () => {
    const control = { name: 'Node Control/Rebirth', type: 'Boolean', value: false } as const
    client.publishNodeBirth({ timestamp: Date.now(), metrics: [control, METRIC] })
    client.publishDeviceBirth('press', { timestamp: Date.now(), metrics: [METRIC] })
  }
  client.on('birth', bear)
  client.on('ncmd', bear)
  return client
}

afterEach(() => SparkplugHostRig.removeAll())

describe('sparkplug-client as an edge node', () => {
  test('its births and data become points of the edge node and its device', async () => {
    const rig = await SparkplugHostRig.start()
    const node = join(rig, 'N')
    await until(() => rig.resultsOn('spBv1.0/G/DBIRTH/N/press').length > 0)
    node.publishNodeData(DATA)
    node.publishDeviceData('press', { ...DATA, metrics: [{ ...METRIC, value: 21.5 }] })
    node.publishDeviceData('press', { ...DATA, metrics: [{ ...METRIC, value: 22.5 }] }, { compress: true })
    await until(() => rig.resultsOn('spBv1.0/G/DDATA/N/press').length > 1)
    assert.deepEqual(rig.resultsOn('spBv1.0/G/NBIRTH/N'), [['temperature=20.5']])
    assert.deepEqual(rig.resultsOn('spBv1.0/G/NDATA/N'), [['temperature=20.5']])
    assert.deepEqual(rig.resultsOn('spBv1.0/G/DDATA/N/press'), [['temperature=21.5'], ['temperature=22.5']])
    node.stop()
  })

  test('its sequence wraps from 255 to 0 without a gap', async () => {
    const rig = await SparkplugHostRig.start()
    const node = join(rig, 'N')
    await until(() => rig.resultsOn('spBv1.0/G/DBIRTH/N/press').length > 0)
    for (let n = 0; n < 600; n++) node.publishNodeData({ ...DATA, timestamp: 1_700_000_000_000 + n })
    await until(() => rig.resultsOn('spBv1.0/G/NDATA/N').length === 600)
    assert.equal(rig.host.counters.gaps, 0)
    node.stop()
  })

  test('that is killed takes its device with it, by its will', async () => {
    const rig = await SparkplugHostRig.start()
    const node = join(rig, 'N')
    await until(() => rig.resultsOn('spBv1.0/G/DBIRTH/N/press').length > 0)
    ;(node as unknown as Connection).client.stream.destroy()
    await until(() => rig.died.length === 2)
    assert.deepEqual(rig.dead, ['G/N own', 'G/N/press edge-node'])
    node.stop()
  })

  test('answers a rebirth request with its births, which release what was held', async () => {
    const rig = await SparkplugHostRig.start()
    const node = join(rig, 'N')
    await until(() => rig.resultsOn('spBv1.0/G/DBIRTH/N/press').length > 0)
    rig.decoding.released.length = 0
    node.publishDeviceData('drill', DATA)
    await until(() => rig.resultsOn('spBv1.0/G/DBIRTH/N/press').length > 1)
    assert.deepEqual(rig.resultsOn('spBv1.0/G/DDATA/N/drill'), ['awaiting_birth'])
    assert.equal(rig.host.counters.rebirthRequests, 1)
    assert.deepEqual(rig.decoding.released, [
      'awaiting_birth spBv1.0/G/NDATA/N',
      'awaiting_birth spBv1.0/G/DDATA/N/press',
    ])
    node.stop()
  })
})
