import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { addressKey } from '../../../src/core/address-key.js'
import { SignInLimits } from '../../../src/security/people/sign-in-limits.js'

const OWN = '10.0.0.7'
const MINUTE_MS = 60_000

let nowMs: number
let limits: SignInLimits
beforeEach(() => {
  nowMs = 1_700_000_000_000
  limits = new SignInLimits({ failuresPerAccount: 3, failuresPerAddress: 6 }, () => nowMs)
})

/** Seconds to wait before the next try; 0 when it was looked at (and failed). */
function fail(name: string, address: string, known: readonly string[] = []): number {
  try {
    limits.begin(name, address, known)
    return 0
  } catch (error) {
    return (error as { details: { seconds: number } }).details.seconds
  }
}

describe('wrong passwords', () => {
  test('for one account wait twice as long each time, five minutes at the most', () => {
    for (let n = 0; n < 3; n++) assert.equal(fail('anna', `10.1.0.${n}`), 0)
    const waits: number[] = []
    for (let n = 0; n < 12; n++) {
      const wait = fail('anna', `10.2.0.${n}`)
      waits.push(wait)
      nowMs += wait * 1_000
      assert.equal(fail('anna', `10.2.0.${n}`), 0)
    }
    assert.deepEqual(waits, [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300])
  })

  test('from one address are limited whatever the names', () => {
    for (let n = 0; n < 6; n++) assert.equal(fail(`name-${n}`, '10.6.6.6'), 0)
    assert.equal(fail('another', '10.6.6.6'), 1)
    assert.equal(fail('another', '10.6.6.7'), 0)
  })

  test('from one IPv6 network count together', () => {
    for (let n = 0; n < 6; n++) assert.equal(fail(`name-${n}`, `2001:db8::${n}`), 0)
    assert.equal(fail('another', '2001:db8::ffff:1'), 1)
    assert.equal(fail('another', '2001:db8:0:1::1'), 0)
  })

  test('of others do not keep the owner out of an address that signed in before', () => {
    for (let n = 0; n < 50; n++) fail('anna', `10.3.0.${n}`)
    assert.ok(fail('anna', '10.3.1.1') > 0)
    assert.equal(fail('anna', OWN, [addressKey(OWN)]), 0)
  })

  test('from an address that signed in before have their own limit', () => {
    for (let n = 0; n < 3; n++) assert.equal(fail('anna', OWN, [OWN]), 0)
    assert.equal(fail('anna', OWN, [OWN]), 1)
    assert.equal(fail('anna', '10.9.9.9', [OWN]), 0)
  })

  test('are forgotten after ten minutes', () => {
    for (let n = 0; n < 3; n++) fail('anna', `10.1.0.${n}`)
    nowMs += 11 * MINUTE_MS
    for (let n = 0; n < 3; n++) assert.equal(fail('anna', `10.1.0.${n}`), 0)
    assert.equal(fail('anna', '10.1.0.9'), 1)
  })
})

describe('a good password', () => {
  test('takes its own try back, and not those of others', () => {
    fail('anna', '10.1.0.1')
    fail('anna', '10.1.0.1')
    limits.begin('anna', '10.1.0.1').succeeded()
    assert.equal(fail('anna', '10.1.0.1'), 0)
    assert.equal(fail('anna', '10.1.0.1'), 1)
  })

  test('of an own account does not clear the count of the address', () => {
    for (let n = 0; n < 5; n++) {
      fail(`victim-${n}`, '10.6.6.6')
      limits.begin('attacker', '10.6.6.6').succeeded()
    }
    fail('victim-5', '10.6.6.6')
    assert.equal(fail('victim-6', '10.6.6.6'), 1)
  })
})

test('tries at the same time count from their beginning', () => {
  const begun = [0, 1, 2].map((n) => limits.begin('anna', `10.1.0.${n}`))
  assert.equal(fail('anna', '10.1.0.9'), 1)
  for (const attempt of begun) attempt.withdrawn()
  assert.equal(fail('anna', '10.1.0.9'), 0)
})
