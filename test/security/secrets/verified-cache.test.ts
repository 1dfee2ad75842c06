import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { VerifiedCache } from '../../../src/security/secrets/verified-cache.js'

describe('a password that was verified', () => {
  it('counts as verified for a short time', () => {
    const cache = new VerifiedCache({ keepMs: 1_000 })
    cache.add('imm-01', 'secret', 'hash', 5_000)
    assert.equal(cache.has('imm-01', 'secret', 'hash', 5_999), true)
    assert.equal(cache.has('imm-01', 'secret', 'hash', 6_000), false)
  })

  it('says nothing of another name, password or stored hash', () => {
    const cache = new VerifiedCache()
    cache.add('imm-01', 'secret', 'hash', 0)
    assert.equal(cache.has('imm-02', 'secret', 'hash', 1), false)
    assert.equal(cache.has('imm-01', 'Secret', 'hash', 1), false)
    assert.equal(cache.has('imm-01', 'secret', 'other', 1), false)
    assert.equal(cache.has('imm-01h', 'secret', 'ash', 1), false, 'parts do not run into one another')
  })

  it('is forgotten with its name', () => {
    const cache = new VerifiedCache()
    cache.add('imm-01', 'old', 'hash 1', 0)
    cache.add('imm-01', 'new', 'hash 2', 0)
    cache.add('imm-02', 'other', 'hash 3', 0)
    cache.forget('imm-01')
    assert.equal(cache.has('imm-01', 'old', 'hash 1', 1), false)
    assert.equal(cache.has('imm-01', 'new', 'hash 2', 1), false)
    assert.equal(cache.has('imm-02', 'other', 'hash 3', 1), true)
  })

  it('makes room, the oldest first', () => {
    const cache = new VerifiedCache({ maxEntries: 3 })
    for (const name of ['a', 'b', 'c', 'd', 'e']) cache.add(name, 'secret', 'hash', 0)
    assert.equal(cache.size, 3)
    assert.equal(cache.has('b', 'secret', 'hash', 1), false)
    assert.equal(cache.has('c', 'secret', 'hash', 1), true)
  })
})
