import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { generate, type Packet } from 'mqtt-packet'
import { BrokerRig } from '../support/broker-rig.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

describe('a client that stops in the middle', () => {
  let rig: BrokerRig
  before(async () => {
    rig = await BrokerRig.start({ maxPacketBytes: 200_000 })
  })
  after(() => rig.remove())

  for (const bytes of [10_000, 150_000]) {
    test(`of a packet of ${bytes} bytes, and sends one byte at a time, is not kept alive by them`, async () => {
      const slow = await RawMqtt.connect(rig.port, { keepalive: 1 })
      const frame = generate(publishPacket('lane/slow', 'x'.repeat(bytes), 1, 1))
      let at = 1_000
      slow.socket.write(frame.subarray(0, at))
      const trickle = setInterval(() => slow.socket.write(frame.subarray(at, ++at)), 50)
      const other = await RawMqtt.connect(rig.port)
      other.send(publishPacket('lane/other', 'x', 1, 1))
      await other.next('puback')
      await slow.closed
      clearInterval(trickle)
      assert.equal(rig.accepting.on('lane/slow').length, 0)
      await other.end()
    })
  }

  test('of a QoS 2 exchange is closed when its keep-alive is over, and its message counts once', async () => {
    const half = await RawMqtt.connect(rig.port, { keepalive: 1 })
    half.send(publishPacket('lane/half', 'x', 2, 1))
    await half.next('pubrec')
    await half.closed
    assert.equal(rig.accepting.on('lane/half').length, 1)
  })

  test('of its keep-alive is kept by whole packets', async () => {
    const alive = await RawMqtt.connect(rig.port, { keepalive: 1 })
    const frame = generate(publishPacket('lane/alive', 'x', 1, 1))
    for (let i = 0; i < 5; i++) {
      alive.socket.write(frame.subarray(0, 4))
      await new Promise((resolve) => setTimeout(resolve, 250))
      alive.socket.write(frame.subarray(4))
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
    assert.equal(alive.isClosed, false)
    alive.send({ cmd: 'pingreq' } as Packet)
    await alive.next('pingresp')
    await alive.end()
  })
})
