import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { digestOf, isSameDigest, makeToken, parseToken } from '../../../src/security/secrets/tokens.js'

describe('a token', () => {
  it('is found by its id, and proves itself by its digest', () => {
    const { text, id, digest } = makeToken('lgd')
    assert.match(text, /^lgd_[a-z2-7]{12}_[A-Za-z0-9_-]{43}$/)
    const presented = parseToken('lgd', text)
    assert.equal(presented?.id, id)
    assert.ok(isSameDigest(presented.digest, digest))
    assert.ok(isSameDigest(digestOf(text), digest))
  })

  it('is not taken for one of another kind', () => {
    const { text } = makeToken('lgd')
    for (const prefix of ['lgp', 'lge', 'lgl'] as const) assert.equal(parseToken(prefix, text), undefined)
  })

  it('of which one character differs proves nothing', () => {
    const { text, digest } = makeToken('lgd')
    for (const at of [20, 30, text.length - 1]) {
      const other = text[at] === 'A' ? 'B' : 'A'
      const forged = parseToken('lgd', text.slice(0, at) + other + text.slice(at + 1))
      assert.ok(forged !== undefined && !isSameDigest(forged.digest, digest), `character ${at}`)
    }
  })

  it('is not read out of what only looks like one', () => {
    const { text } = makeToken('lgd')
    const broken = ['', 'lgd_', text.slice(0, -1), `${text}A`, text.toUpperCase(), text.replace('_', '-')]
    for (const each of [...broken, `${text.slice(0, -1)}\n`, `${text.slice(0, -1)}é`]) {
      assert.equal(parseToken('lgd', each), undefined, JSON.stringify(each))
    }
  })

  it('has an id and a secret of its own', () => {
    const made = Array.from({ length: 2_000 }, () => makeToken('lgd'))
    assert.equal(new Set(made.map(({ id }) => id)).size, made.length)
    assert.equal(new Set(made.map(({ text }) => text.slice(17))).size, made.length)
  })
})
