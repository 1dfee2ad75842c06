import assert from 'node:assert/strict'
import { scryptSync } from 'node:crypto'
import { describe, it } from 'node:test'
import { GatewayError } from '../../../src/core/errors.js'
import { PasswordHasher } from '../../../src/security/secrets/passwords.js'

/** Cheap, so that what is tested is not the machine. */
const cost = { ln: 4, r: 8, p: 1 }

describe('a password', () => {
  it('is stored as text that has its cost, and is no longer in it', async () => {
    const stored = await new PasswordHasher().hash('correct horse battery')
    assert.match(stored, /^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    const [, , , salt, hash] = stored.split('$')
    const derived = scryptSync('correct horse battery', Buffer.from(salt!, 'base64'), 32, {
      N: 32_768,
      r: 8,
      p: 1,
      maxmem: 2 ** 27,
    })
    assert.equal(hash, derived.toString('base64').replace('=', ''))
  })

  it('is verified, and another one is not', async () => {
    const hasher = new PasswordHasher({ cost })
    const stored = await hasher.hash('correct horse battery')
    assert.equal(await hasher.verify('correct horse battery', stored), true)
    for (const wrong of ['', 'correct horse batterz', 'correct horse battery ', 'Correct horse battery']) {
      assert.equal(await hasher.verify(wrong, stored), false, JSON.stringify(wrong))
    }
  })

  it('has a salt of its own each time', async () => {
    const hasher = new PasswordHasher({ cost })
    assert.notEqual(await hasher.hash('correct horse'), await hasher.hash('correct horse'))
  })

  it('that was stored at another cost is still verified', async () => {
    const stored = await new PasswordHasher({ cost: { ln: 6, r: 4, p: 2 } }).hash('correct horse')
    assert.equal(await new PasswordHasher({ cost }).verify('correct horse', stored), true)
  })

  it('is the same however its accents are typed', async () => {
    const hasher = new PasswordHasher({ cost })
    const stored = await hasher.hash('caf\u00e9 au lait')
    assert.equal(await hasher.verify('cafe\u0301 au lait', stored), true)
  })

  it('of a name that nobody has is never right, and is derived all the same', async () => {
    const hasher = new PasswordHasher({ cost, maxAtOnce: 1, maxWaiting: 0 })
    const first = hasher.verify('anything', undefined)
    assert.equal(await hasher.verify('anything', undefined), 'busy', 'the first one is at work')
    assert.equal(await first, false)
  })
})

describe('the queue of passwords', () => {
  it('refuses what is more than may wait, and serves the rest', async () => {
    const hasher = new PasswordHasher({ cost, maxAtOnce: 2, maxWaiting: 3 })
    const stored = await hasher.hash('correct horse')
    const answers = await Promise.all(Array.from({ length: 9 }, () => hasher.verify('correct horse', stored)))
    assert.deepEqual(answers, [true, true, true, true, true, 'busy', 'busy', 'busy', 'busy'])
    assert.equal(await hasher.verify('correct horse', stored), true, 'it is free again')
  })

  it('tells whoever sets a password to come again', async () => {
    const hasher = new PasswordHasher({ cost, maxAtOnce: 1, maxWaiting: 0 })
    const first = hasher.hash('one')
    await assert.rejects(hasher.hash('two'), (error: GatewayError) => error.code === 'LG_PASSWORDS_BUSY')
    await first
  })

  it('goes on after a stored hash that cannot be read', async () => {
    const hasher = new PasswordHasher({ cost, maxAtOnce: 1, maxWaiting: 0 })
    const good = await hasher.hash('correct horse')
    const broken = [
      '',
      'plain',
      good.slice(1),
      good.replace('ln=4', 'ln=31'),
      good.replace('r=8', 'r=99'),
      `${good}=`,
    ]
    for (const stored of broken) {
      await assert.rejects(
        hasher.verify('correct horse', stored),
        (error) => error instanceof GatewayError && error.code === 'LG_PASSWORD_HASH_UNREADABLE',
        stored,
      )
    }
    assert.equal(await hasher.verify('correct horse', good), true)
  })
})
