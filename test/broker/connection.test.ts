import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { after, before, test } from 'node:test'
import { Aedes } from 'aedes'
import { generate } from 'mqtt-packet'
import type { AedesClient } from '../../src/broker/aedes-internals.js'
import { guard } from '../../src/broker/connection.js'
import { FrameLengths } from '../../src/broker/frame-lengths.js'
import { until } from '../support/broker-rig.js'
import { connectPacket, publishPacket } from '../support/raw-mqtt.js'

/** A socket whose other end reads only when it is told to. */
class Unread extends Duplex {
  readonly written: Buffer[] = []
  #waiting: (() => void) | undefined
  #open = true

  constructor() {
    super({ writableHighWaterMark: 64 })
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.written.push(chunk)
    if (this.#open) callback()
    else this.#waiting = callback
  }

  stopReading(): void {
    this.#open = false
  }

  readOn(): void {
    this.#open = true
    this.#waiting?.()
    this.#waiting = undefined
  }

  get bytes(): number {
    return this.written.reduce((sum, chunk) => sum + chunk.length, 0)
  }
}

let aedes: Aedes
let published = 0

before(async () => {
  aedes = await Aedes.createBroker({
    authorizePublish: (_client, _packet, callback) => {
      published++
      callback(null)
    },
  })
})

after(() => new Promise<void>((resolve) => aedes.close(resolve)))

function connection(): Unread {
  const socket = new Unread()
  const client = aedes.handle(socket) as AedesClient
  guard(client, { maxPacketBytes: 1_024, maxUnsentBytes: 1_048_576 })
  socket.push(generate(connectPacket()))
  return socket
}

function acknowledged(messages: number): number {
  return 4 + messages * 4
}

test('a client that does not read its acknowledgements is not read from until it does', async () => {
  const socket = connection()
  await until(() => socket.bytes === acknowledged(0))
  published = 0
  socket.stopReading()
  for (let i = 1; i <= 500; i++) {
    socket.push(generate(publishPacket('t', 'v', 1, i)))
    await new Promise((resolve) => setImmediate(resolve))
  }
  assert.ok(published < 100, `${published} messages were read`)
  assert.ok(published > 0)
  socket.readOn()
  await until(() => socket.bytes === acknowledged(500))
  assert.equal(published, 500)
  socket.destroy()
})

test('the boundaries of packets are found however they are cut into chunks', () => {
  const packets = [0, 1, 127, 128, 300, 900].map((bytes) =>
    generate(publishPacket('t', 'x'.repeat(bytes), 1, 1)),
  )
  const stream = Buffer.concat(packets)
  const ends = packets.map((_, i) => Buffer.concat(packets.slice(0, i + 1)).length)
  for (const size of [1, 2, 3, 7, 64, stream.length]) {
    const frames = new FrameLengths(1_024)
    const found: number[] = []
    for (let from = 0; from < stream.length; from += size) {
      const chunk = stream.subarray(from, from + size)
      for (let at = 0; at < chunk.length; ) {
        at = frames.advance(chunk, at)
        if (frames.complete) found.push(from + at)
      }
    }
    assert.deepEqual(found, ends)
  }
})

test('a packet is too large or malformed as soon as its header says so', () => {
  const limit = new FrameLengths(300)
  limit.advance(Buffer.from([0x30, 0xa9, 0x02]), 0) // 3 + 297
  limit.advance(Buffer.alloc(297), 0)
  assert.throws(() => limit.advance(Buffer.from([0x30, 0xaa, 0x02]), 0), {
    code: 'LG_MQTT_PACKET_TOO_LARGE',
    details: { bytes: 301, limit: 300 },
  })
  const malformed = new FrameLengths(300)
  malformed.advance(Buffer.from([0x30, 0x80, 0x80, 0x80]), 0)
  assert.throws(() => malformed.advance(Buffer.from([0x80]), 0), { code: 'LG_MQTT_PACKET_MALFORMED' })
})
