import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { connectAsync, type IClientOptions, type MqttClient } from 'mqtt'
import { BrokerRig, until } from '../support/broker-rig.js'

let rig: BrokerRig
let clients: MqttClient[]

beforeEach(async () => {
  rig = await BrokerRig.start()
  clients = []
})

afterEach(async () => {
  for (const client of clients) client.end(true)
  await rig.remove()
})

async function connect(options: IClientOptions = {}): Promise<MqttClient> {
  const client = await connectAsync(rig.url, { reconnectPeriod: 0, ...options })
  clients.push(client)
  return client
}

describe('what Sparkplug asks of an MQTT server', () => {
  test('QoS 0 and QoS 1: a subscriber gets each message with the lower of both', async () => {
    for (const granted of [0, 1] as const) {
      const heard: number[] = []
      const subscriber = await connect()
      subscriber.on('message', (_topic, _payload, { qos }) => heard.push(qos))
      await subscriber.subscribeAsync(`spBv1.0/G/NDATA/${granted}`, { qos: granted })
      const publisher = await connect()
      for (const qos of [0, 1] as const)
        await publisher.publishAsync(`spBv1.0/G/NDATA/${granted}`, 'x', { qos })
      await until(() => heard.length === 2)
      assert.deepEqual(heard, granted === 0 ? [0, 0] : [0, 1])
    }
  })

  test('a will with QoS 1 and the retain flag is published when the connection is lost, and is retained', async () => {
    const topic = 'spBv1.0/STATE/other'
    const heard: [string, number, boolean][] = []
    const listen = async () => {
      const subscriber = await connect()
      subscriber.on('message', (_topic, payload, { qos, retain }) =>
        heard.push([payload.toString(), qos, retain]),
      )
      await subscriber.subscribeAsync(topic, { qos: 1 })
    }
    await listen()
    const host = await connect({ will: { topic, payload: Buffer.from('offline'), qos: 1, retain: true } })
    host.stream.destroy()
    await until(() => heard.length === 1)
    await listen()
    await until(() => heard.length === 2)
    assert.deepEqual(heard, [
      ['offline', 1, false],
      ['offline', 1, true],
    ])
  })

  test('a will is passed on byte for byte: the time in a death certificate is the one that the edge node wrote', async () => {
    const heard: Buffer[] = []
    const subscriber = await connect()
    subscriber.on('message', (_topic, payload) => heard.push(payload))
    await subscriber.subscribeAsync('spBv1.0/G/NDEATH/N', { qos: 1 })
    const payload = Buffer.from('08fbd095ffbc31120a0a056264536571200458', 'hex')
    const node = await connect({ will: { topic: 'spBv1.0/G/NDEATH/N', payload, qos: 1, retain: false } })
    node.stream.destroy()
    await until(() => heard.length === 1)
    assert.deepEqual(heard[0], payload)
  })
})
