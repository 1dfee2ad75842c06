import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Order, Sequence } from '../../../src/decode/sparkplug/sequence.js'
import { Decoding } from '../../support/sparkplug-decoding.js'

const NBIRTH = 'spBv1.0/G/NBIRTH/N'
const NDATA = 'spBv1.0/G/NDATA/N'

function bornAt(decoding: Decoding, seq: number, timestamp: number): void {
  decoding.take(NBIRTH, { timestamp, seq, bdSeq: 0, metrics: [{ name: 'a', type: 'Int64', value: 1 }] })
}

describe('a sequence', () => {
  test('goes from 255 on to 0', () => {
    const sequence = new Sequence()
    sequence.begin(0, 1)
    for (let seq = 1; seq <= 600; seq++) assert.equal(sequence.next(seq % 256, seq + 1), Order.expected)
  })

  test('begins with whatever comes first where no birth was seen', () => {
    const sequence = new Sequence()
    assert.equal(sequence.next(77, 1), Order.expected)
    assert.equal(sequence.next(78, 2), Order.expected)
    assert.equal(sequence.next(80, 3), Order.gap)
  })

  test('that misses numbers is whole again when the last of them has come', () => {
    const sequence = new Sequence()
    sequence.begin(254, 1)
    assert.equal(sequence.next(2, 2), Order.gap)
    assert.equal(sequence.next(3, 3), Order.expected)
    assert.equal(sequence.next(0, 4), Order.open)
    assert.equal(sequence.next(255, 5), Order.open)
    assert.equal(sequence.next(1, 6), Order.closed)
    assert.equal(sequence.next(4, 7), Order.expected)
  })

  test('takes no redelivery for a message out of order', () => {
    const sequence = new Sequence()
    sequence.begin(0, 1)
    for (let seq = 1; seq <= 40; seq++) sequence.next(seq, 100 + seq)
    assert.equal(sequence.next(40, 140), Order.repeated)
    assert.equal(sequence.next(3, 103), Order.repeated)
    assert.equal(sequence.next(41, 141), Order.expected)
    // The number of an old message with a new time is another message: 256 numbers, less one, were lost.
    assert.equal(sequence.next(41, 999), Order.gap)
  })

  test('a number that is missing since long ago is in order when it is its turn again', () => {
    const sequence = new Sequence()
    sequence.begin(0, 0)
    assert.equal(sequence.next(2, 1), Order.gap)
    for (let seq = 3; seq <= 256; seq++) assert.equal(sequence.next(seq % 256, seq), Order.expected)
    assert.equal(sequence.next(1, 999), Order.closed)
    assert.equal(sequence.next(2, 1_000), Order.expected)
  })
})

describe('sequence numbers of messages', () => {
  test('run through the messages of an edge node and its devices, with a wrap from 255 to 0', () => {
    const decoding = new Decoding()
    bornAt(decoding, 250, 1)
    decoding.take('spBv1.0/G/DBIRTH/N/D', { seq: 251, metrics: [{ name: 'b', type: 'Int64', value: 1 }] })
    for (let n = 252; n < 252 + 300; n++) {
      const topic = n % 2 === 0 ? NDATA : 'spBv1.0/G/DDATA/N/D'
      const name = n % 2 === 0 ? 'a' : 'b'
      decoding.take(topic, { timestamp: n, seq: n % 256, metrics: [{ name, type: 'Int64', value: n }] })
    }
    decoding.take('spBv1.0/G/DDEATH/N/D', { timestamp: 999, seq: (252 + 300) % 256 })
    assert.deepEqual(
      decoding.events().filter((line) => /gap|closed|wanted/.test(line)),
      [],
    )
  })

  test('that are missing open a gap, which closes when they come; every message is decoded as it comes', () => {
    const decoding = new Decoding()
    bornAt(decoding, 0, 1)
    decoding.events()
    const taken = [3, 1, 2].map((seq) =>
      decoding.take(NDATA, { timestamp: 10 + seq, seq, metrics: [{ name: 'a', type: 'Int64', value: seq }] }),
    )
    assert.deepEqual(
      taken.map((points) => points.length),
      [1, 1, 1],
    )
    assert.deepEqual(decoding.events(), ['gap G/N', 'closed G/N'])
  })

  test('begin anew with a birth, which closes a gap', () => {
    const decoding = new Decoding()
    bornAt(decoding, 0, 1)
    decoding.take(NDATA, { timestamp: 2, seq: 9, metrics: [] })
    decoding.events()
    bornAt(decoding, 0, 3)
    assert.deepEqual(decoding.events(), ['closed G/N', `birth ${NBIRTH}`])
    decoding.take(NDATA, { timestamp: 4, seq: 1, metrics: [] })
    assert.deepEqual(decoding.events(), [])
  })

  test('of redeliveries and of replayed messages count for nothing', () => {
    const decoding = new Decoding()
    bornAt(decoding, 0, 1)
    const first = { timestamp: 2, seq: 1, metrics: [{ name: 'a', type: 'Int64', value: 1 }] } as const
    decoding.take(NDATA, first)
    decoding.take(NDATA, { timestamp: 3, seq: 2, metrics: [] })
    decoding.events()
    assert.equal(decoding.take(NDATA, first).length, 1)
    assert.equal(decoding.replay(NDATA, { ...first, timestamp: 5, seq: 99 }).length, 1)
    decoding.take(NDATA, { timestamp: 4, seq: 3, metrics: [] })
    assert.deepEqual(decoding.events(), [])
  })
})
