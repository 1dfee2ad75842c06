import assert from 'node:assert/strict'
import { test } from 'node:test'
import { AddressGate } from '../../src/broker/entrance/address-gate.js'
import { DEFAULT_LIMITS } from '../../src/broker/limits.js'
import { addressKey } from '../../src/core/address-key.js'

test('an IPv4 address is itself in all its forms, an IPv6 address its network of 64 bits', () => {
  const keys: readonly (readonly [string, string])[] = [
    ['10.0.0.5', '10.0.0.5'],
    ['::ffff:10.0.0.5', '10.0.0.5'],
    ['::FFFF:10.0.0.5', '10.0.0.5'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['64:ff9b::10.0.0.5', '64:ff9b:0:0::/64'],
    ['', ''],
  ]
  for (const [address, key] of keys) assert.equal(addressKey(address), key, address)
})

test('addresses of one IPv6 network share their limits', () => {
  const gate = new AddressGate({ connections: 0, connectionsPerAddress: 2, connectsPerAddress: 0 }, () => 0)
  assert.equal(gate.enter('2001:db8::1'), undefined)
  assert.equal(gate.enter('2001:db8::2'), undefined)
  assert.equal(gate.enter('2001:db8::3'), 'connectionsPerAddress')
  assert.equal(gate.enter('2001:db8:0:1::3'), undefined)
})

test('10,000 clients of one address may all come back at once, twice over, under the default limits', () => {
  let now = 0
  const gate = new AddressGate(DEFAULT_LIMITS, () => now)
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 10_000; i++) assert.equal(gate.enter('10.0.0.5'), undefined)
    for (let i = 0; i < 10_000; i++) gate.leave('10.0.0.5')
  }
  assert.equal(gate.enter('10.0.0.5'), 'connectsPerAddress')
  now += 1_000
  for (let i = 0; i < 2_000; i++) assert.equal(gate.enter('10.0.0.5'), undefined)
  assert.equal(gate.enter('10.0.0.5'), 'connectsPerAddress')
})

test('what is kept of addresses that came and went is bounded, and goes with time', () => {
  let now = 0
  const limits = { connections: 0, connectionsPerAddress: 10, connectsPerAddress: 1 }
  const gate = new AddressGate(limits, () => now)
  for (let i = 0; i < 100_000; i++) {
    const address = `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`
    gate.enter(address)
    gate.leave(address)
  }
  assert.ok(gate.addresses <= 65_536)
  assert.equal(gate.connections, 0)
  for (let i = 0; i < 3; i++) {
    now += 10_000
    gate.enter('10.9.9.9')
    gate.leave('10.9.9.9')
  }
  assert.ok(gate.addresses <= 2, `${gate.addresses} are kept`)
})

test('a limit of 0 is none', () => {
  const gate = new AddressGate({ connections: 0, connectionsPerAddress: 0, connectsPerAddress: 0 }, () => 0)
  for (let i = 0; i < 50_000; i++) assert.equal(gate.enter('10.0.0.5'), undefined)
  assert.equal(gate.connections, 50_000)
})

test('an address that was just here does not get a new budget by going for a moment', () => {
  let now = 0
  const limits = { connections: 0, connectionsPerAddress: 0, connectsPerAddress: 1 }
  const gate = new AddressGate(limits, () => now)
  let taken = 0
  for (let i = 0; i < 300; i++) {
    now += 100
    if (gate.enter('10.0.0.5') !== undefined) continue
    gate.leave('10.0.0.5')
    taken++
  }
  assert.ok(taken >= 39 && taken <= 40, `${taken} were taken in 30 seconds`)
})
