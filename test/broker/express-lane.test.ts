import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { generate } from 'mqtt-packet'
import type { AedesClient } from '../../src/broker/aedes-internals.js'
import { ExpressLane } from '../../src/broker/express-lane.js'
import { Fifo } from '../../src/broker/fifo.js'
import { type LaneTopics, Way } from '../../src/broker/lane-topics.js'
import { Lanes } from '../../src/broker/lanes.js'
import type { Settled } from '../../src/core/message.js'
import { publishPacket } from '../support/raw-mqtt.js'

/** A frame of fewer than 128 bytes: its variable header begins behind two. */
const BODY_AT = 2

test('a message is published when it is settled itself, not when one of another QoS is', () => {
  const settled: Settled[] = []
  const published: string[] = []
  const lanes = new Lanes({
    accept: (_message, _clientId, whenSettled) => settled.push(whenSettled),
    refuse: () => assert.fail('everything is permitted'),
    maxUnsettled: 10,
    topics: { version: 1, wayOf: () => Way.published } as unknown as LaneTopics,
    underPressure: () => false,
    prepare: () => undefined,
    publish: ({ payload, qos }, _sender, done) => {
      published.push(`${payload} ${qos}`)
      done()
    },
  })
  const client = { id: 'c', closed: false, conn: new PassThrough() } as unknown as AedesClient
  const lane = new ExpressLane(client, lanes)
  for (const [payload, qos] of [
    ['first', 1],
    ['second', 0],
    ['third', 1],
  ] as const) {
    const frame = generate(publishPacket('t', payload, qos, 7))
    assert.ok(lane.take(frame, frame[0]!, BODY_AT, frame.length))
  }
  assert.deepEqual(published, [])
  settled[1]!()
  assert.deepEqual(published, ['second 0'])
  settled[0]!()
  settled[2]!()
  assert.deepEqual(published, ['second 0', 'first 1', 'third 1'])
})

test('what went in first comes out first', () => {
  const fifo = new Fifo<number>()
  assert.equal(fifo.shift(), undefined)
  for (const n of [1, 2, 3]) fifo.push(n)
  assert.deepEqual([fifo.shift(), fifo.length], [1, 2])
  fifo.push(4)
  assert.deepEqual([fifo.shift(), fifo.shift(), fifo.shift(), fifo.length], [2, 3, 4, 0])
  fifo.push(5)
  assert.deepEqual([fifo.shift(), fifo.shift()], [5, undefined])
})
