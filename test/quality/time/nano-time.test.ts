import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NanoTime, toMilliseconds } from '../../../src/quality/time/nano-time.js'
import { pick } from '../../support/quality-context.js'
import { seeded } from '../../support/random-mqtt.js'

const TIMES = ['0', '1', '999999', '999999999', '1000000000', '946684800000000000', '9223372036854775806']

test('a time keeps its text, its milliseconds and its lower 32 bits', () => {
  const time = new NanoTime()
  for (const text of TIMES) {
    time.read(text)
    assert.equal(time.toString(), text)
    assert.equal(toMilliseconds(text), Number(BigInt(text) / 1_000_000n))
    assert.equal(time.low32, Number(BigInt.asIntN(32, BigInt(text))))
  }
})

test('times are in the order of their numbers, and equal only to themselves', () => {
  const random = seeded(3)
  const one = new NanoTime()
  const other = new NanoTime()
  for (let i = 0; i < 20_000; i++) {
    const a = BigInt(pick(random, TIMES)) + BigInt(Math.floor(random() * 3))
    const b =
      random() < 0.5 ? a + BigInt(Math.floor(random() * 3)) : BigInt(Math.floor(random() * 2 ** 53)) * 1_000n
    one.read(String(a))
    other.read(String(b))
    assert.equal(one.isAfter(other.high, other.low), a > b, `${a} after ${b}`)
    assert.equal(one.high === other.high && one.low === other.low, a === b, `${a} is ${b}`)
  }
})

test('a time moves on over the end of a second', () => {
  const time = new NanoTime()
  for (const [text, nanos] of [
    ['1772600767999999999', 1],
    ['999999998', 4_096],
    ['5', 999_999_999],
  ] as const) {
    time.read(text)
    time.add(nanos)
    assert.equal(time.toString(), String(BigInt(text) + BigInt(nanos)))
  }
})
