import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import type { Identity } from '../../../src/core/identity.js'
import { readLocalKey } from '../../../src/security/people/local-key.js'
import { BY_LOCAL, GOOD_PASSWORD, HOUR_MS, PeopleRig, withCode } from '../../support/people.js'

const ADDRESS = '10.0.0.1'
const ANNA = { name: 'anna', role: 'admin', password: GOOD_PASSWORD } as const
const LI = { name: 'li', role: 'operator', scope: 'ningbo/moulding', password: GOOD_PASSWORD } as const

let rig: PeopleRig
beforeEach(async () => {
  rig = new PeopleRig()
  await rig.people.users.add(ANNA, BY_LOCAL)
})
afterEach(() => rig.close())

const signIn = (name = 'anna', password: string = GOOD_PASSWORD, address = ADDRESS) =>
  rig.people.signIn({ name, password }, address)
const by = (identity: Identity) => ({ identity, address: ADDRESS })
const events = () => rig.audited.map(({ id, result, target }) => `${id} ${result} ${target}`)
const bearer = (token: string, address = ADDRESS) =>
  rig.people.identify({ headers: { authorization: `Bearer ${token}` }, address })

describe('a session', () => {
  test('is the user, with role and scope, also after the gateway was started again', async () => {
    await rig.people.users.add(LI, BY_LOCAL)
    const begun = await signIn('LI')
    await rig.restart()
    const { kind, name, role, scope } = rig.identity(begun)
    assert.deepEqual([kind, name, role, scope], ['session', 'li', 'operator', 'ningbo/moulding'])
  })

  test('is on disk as a digest alone, and the password as a scrypt hash', async () => {
    const { token } = await signIn()
    await rig.restart()
    const disk = readFileSync(join(rig.directory, 'state', 'data.mdb'))
    assert.ok(!disk.includes(token.split('_')[2]!))
    assert.ok(!disk.includes(GOOD_PASSWORD))
    assert.ok(disk.includes('$scrypt$'))
  })

  test('ends after it was idle for long, and use keeps it', async () => {
    const begun = await signIn()
    rig.nowMs += 7 * HOUR_MS
    rig.identity(begun)
    rig.nowMs += 7 * HOUR_MS
    rig.identity(begun)
    rig.nowMs += 8 * HOUR_MS
    assert.throws(() => rig.identity(begun), withCode('LG_SIGN_IN_REQUIRED'))
  })

  test('ends after its longest time however much it is used', async () => {
    const begun = await signIn()
    for (let hours = 7; hours < 168; hours += 7) {
      rig.nowMs += 7 * HOUR_MS
      rig.identity(begun)
    }
    rig.nowMs += 7 * HOUR_MS
    assert.throws(() => rig.identity(begun), withCode('LG_SIGN_IN_REQUIRED'))
  })

  test('whose cookie was altered in one character is refused', async () => {
    const { token } = await signIn()
    const altered = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
    assert.throws(() => rig.identity({ token: altered }), withCode('LG_SIGN_IN_REQUIRED'))
  })

  test('is one of few of the user: the oldest ends', async () => {
    const first = await signIn()
    rig.nowMs += 1
    for (let n = 0; n < 3; n++) await signIn()
    assert.throws(() => rig.identity(first), withCode('LG_SIGN_IN_REQUIRED'))
  })

  test('ends at once, and tells who listens, on sign-out', async () => {
    const begun = await signIn()
    const identity = rig.identity(begun)
    let ended = 0
    rig.people.onEnded(identity, () => ended++)
    rig.people.signOut(by(identity))
    assert.equal(ended, 1)
    assert.throws(() => rig.identity(begun), withCode('LG_SIGN_IN_REQUIRED'))
    await rig.restart()
    assert.throws(() => rig.identity(begun), withCode('LG_SIGN_IN_REQUIRED'))
  })

  test('of a cookie is not signed out by an API token, nor kept by a listener that stopped', async () => {
    const identity = rig.identity(await signIn())
    let ended = 0
    rig.people.onEnded(identity, () => ended++)()
    rig.people.signOut(by({ ...identity, kind: 'token' }))
    rig.people.signOut(by(identity))
    assert.equal(ended, 0)
  })

  test('that ended before anyone listened tells who comes late', async () => {
    const identity = rig.identity(await signIn())
    rig.people.signOut(by(identity))
    await new Promise<void>((resolve) => rig.people.onEnded(identity, resolve))
  })
})

describe('a change of a user', () => {
  const changes = [
    ['role', { role: 'engineer' }],
    ['scope', { scope: 'ningbo' }],
    ['password', { password: `${GOOD_PASSWORD} 2` }],
    ['disabling', { isDisabled: true }],
  ] as const

  for (const [what, patch] of changes) {
    test(`of ${what} ends the sessions`, async () => {
      await rig.people.users.add(LI, BY_LOCAL)
      const begun = await signIn('li')
      let ended = 0
      rig.people.onEnded(rig.identity(begun), () => ended++)
      await rig.people.users.change('li', patch, BY_LOCAL)
      assert.equal(ended, 1)
      assert.throws(() => rig.identity(begun), withCode('LG_SIGN_IN_REQUIRED'))
    })
  }

  test('never takes the last administrator away', async () => {
    const refused = withCode('LG_LAST_ADMINISTRATOR')
    await rig.people.users.add({ ...ANNA, name: 'local', scope: 'ningbo' }, BY_LOCAL)
    await assert.rejects(rig.people.users.remove('anna', BY_LOCAL), refused)
    for (const patch of [{ role: 'viewer' }, { scope: 'ningbo' }, { isDisabled: true }] as const) {
      await assert.rejects(rig.people.users.change('anna', patch, BY_LOCAL), refused)
    }
  })

  test('of two administrators at once leaves one of them', async () => {
    await rig.people.users.add({ ...ANNA, name: 'bo' }, BY_LOCAL)
    const both = ['anna', 'bo'].map((name) => rig.people.users.remove(name, BY_LOCAL))
    const settled = await Promise.allSettled(both)
    assert.deepEqual(settled.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    assert.equal(rig.people.users.list(BY_LOCAL).length, 1)
  })

  test('is not for an administrator of another part of the tree, who does not see the user either', async () => {
    await rig.people.users.add(LI, BY_LOCAL)
    await rig.people.users.add({ ...ANNA, name: 'wu', scope: 'suzhou' }, BY_LOCAL)
    const wu = by(rig.identity(await signIn('wu')))
    assert.deepEqual(
      rig.people.users.list(wu).map(({ name }) => name),
      ['wu'],
    )
    await assert.rejects(rig.people.users.change('li', { role: 'viewer' }, wu), withCode('LG_USER_UNKNOWN'))
    await assert.rejects(rig.people.users.remove('anna', wu), withCode('LG_USER_UNKNOWN'))
    const outside = { ...LI, name: 'mo', scope: '' }
    await assert.rejects(rig.people.users.add(outside, wu), withCode('LG_ACCESS_DENIED'))
    await assert.rejects(rig.people.users.change('wu', { scope: '' }, wu), withCode('LG_ACCESS_DENIED'))
  })

  test('of the own password needs the present one, and begins a new session', async () => {
    const begun = await signIn()
    const me = by(rig.identity(begun))
    const wrong = rig.people.changePassword(me, 'wrong', `${GOOD_PASSWORD} 2`)
    await assert.rejects(wrong, withCode('LG_SIGN_IN_FAILED'))
    const next = await rig.people.changePassword(me, GOOD_PASSWORD, `${GOOD_PASSWORD} 2`)
    assert.throws(() => rig.identity(begun), withCode('LG_SIGN_IN_REQUIRED'))
    assert.equal(rig.identity(next).name, 'anna')
    await assert.rejects(signIn(), withCode('LG_SIGN_IN_FAILED'))
  })
})

describe('a new user', () => {
  const refused = [
    ['a short password', { ...LI, password: 'k7%hQ2!x' }],
    ['a common password', { ...LI, password: 'Password123456' }],
    ['one character over and over', { ...LI, password: 'aaaaaaaaaaaaaaaa' }],
    ['the name as the password', { ...LI, name: 'moulding-shop', password: 'moulding-shop2026' }],
    ['a name with a space', { ...LI, name: 'li wei' }],
    ['a name with a line break', { ...LI, name: 'li\nadmin' }],
    ['a scope that is no path', { ...LI, scope: 'ningbo//line' }],
  ] as const
  for (const [what, input] of refused) {
    test(`with ${what} is refused`, () =>
      assert.rejects(rig.people.users.add(input, BY_LOCAL), withCode('LG_USER_INVALID')))
  }

  test('cannot have the name of another one, in whatever letters', () =>
    assert.rejects(rig.people.users.add({ ...ANNA, name: 'ＡNNA' }, BY_LOCAL), withCode('LG_USER_TAKEN')))
})

describe('an API token', () => {
  test('is known by its name, role and scope until it expires or is revoked', async () => {
    const { token } = await rig.people.tokens.add({ name: 'grafana', role: 'viewer', days: 2 }, BY_LOCAL)
    assert.equal(bearer(token)?.name, 'grafana')
    rig.nowMs += 48 * HOUR_MS
    assert.throws(() => bearer(token), withCode('LG_SIGN_IN_REQUIRED'))
    const second = await rig.people.tokens.add({ name: 'second', role: 'viewer' }, BY_LOCAL)
    let ended = 0
    rig.people.onEnded(bearer(second.token)!, () => ended++)
    await rig.people.tokens.revoke('second', BY_LOCAL)
    assert.equal(ended, 1)
    assert.throws(() => bearer(second.token), withCode('LG_SIGN_IN_REQUIRED'))
  })

  test('may no more than the one who makes it', async () => {
    await rig.people.users.add(LI, BY_LOCAL)
    const li = by(rig.identity(await signIn('li')))
    for (const more of [{ role: 'engineer' }, { role: 'viewer', scope: '' }] as const) {
      await assert.rejects(rig.people.tokens.add({ name: 'x', ...more }, li), withCode('LG_ACCESS_DENIED'))
    }
    const own = await rig.people.tokens.add({ name: 'x', role: 'viewer' }, li)
    assert.equal(own.record.scope, 'ningbo/moulding')
  })

  test('makes no tokens', async () => {
    const { token } = await rig.people.tokens.add({ name: 'ci', role: 'admin' }, BY_LOCAL)
    const more = rig.people.tokens.add({ name: 'more', role: 'viewer' }, by(bearer(token)!))
    await assert.rejects(more, withCode('LG_ACCESS_DENIED'))
  })

  test('is seen and revoked by its owner and by administrators alone', async () => {
    await rig.people.users.add(LI, BY_LOCAL)
    await rig.people.users.add({ ...LI, name: 'mo' }, BY_LOCAL)
    await rig.people.tokens.add({ name: 'x', role: 'viewer' }, by(rig.identity(await signIn('li'))))
    const mo = by(rig.identity(await signIn('mo')))
    assert.deepEqual(rig.people.tokens.list(mo), [])
    await assert.rejects(rig.people.tokens.revoke('x', mo), withCode('LG_API_TOKEN_UNKNOWN'))
    await rig.people.tokens.revoke('x', by(rig.identity(await signIn())))
  })

  test('goes with its owner, and stops while the owner is disabled', async () => {
    await rig.people.users.add(LI, BY_LOCAL)
    const { token } = await rig.people.tokens.add(
      { name: 'x', role: 'operator' },
      by(rig.identity(await signIn('li'))),
    )
    await rig.people.users.change('li', { isDisabled: true }, BY_LOCAL)
    assert.throws(() => bearer(token), withCode('LG_SIGN_IN_REQUIRED'))
    await rig.people.users.change('li', { isDisabled: false }, BY_LOCAL)
    assert.equal(bearer(token)?.role, 'operator')
    await rig.people.users.change('li', { role: 'viewer' }, BY_LOCAL)
    assert.throws(() => bearer(token), withCode('LG_SIGN_IN_REQUIRED'))
    assert.ok(events().includes('api_token_revoked success x'))
  })

  test('of someone else, such as of identifiers, says nothing of who asks', () =>
    assert.equal(bearer('whatever'), undefined))
})

describe('the local key', () => {
  test('is an administrator from this machine alone, and changes with each start', async () => {
    await rig.people.serve('http://0.0.0.0:8080')
    const { key, url } = readLocalKey(rig.directory)!
    assert.equal(url, 'http://127.0.0.1:8080')
    assert.equal(statSync(join(rig.directory, 'local.key')).mode & 0o777, 0o600)
    assert.deepEqual(bearer(key, '127.0.0.1')?.kind, 'local')
    assert.deepEqual(bearer(key, '::ffff:127.0.0.1')?.role, 'admin')
    assert.throws(() => bearer(key, '10.0.0.1'), withCode('LG_SIGN_IN_REQUIRED'))
    await rig.restart()
    assert.equal(readLocalKey(rig.directory), undefined)
    await rig.people.serve('http://127.0.0.1:8080')
    assert.throws(() => bearer(key, '127.0.0.1'), withCode('LG_SIGN_IN_REQUIRED'))
  })
})

describe('the audit trail', () => {
  test('has sign-ins, failures and changes, and no secret', async () => {
    await assert.rejects(signIn('anna', 'a secret typed wrong'))
    await assert.rejects(signIn('my password, typed as the name'))
    rig.people.signOut(by(rig.identity(await signIn())))
    await rig.people.users.change('anna', { password: `${GOOD_PASSWORD} 2` }, BY_LOCAL)
    assert.deepEqual(events(), [
      'user_added success anna',
      'sign_in failure anna',
      'sign_in failure ',
      'sign_in success anna',
      'sign_out success anna',
      'user_changed success anna',
    ])
    const all = JSON.stringify(rig.audited)
    for (const secret of [GOOD_PASSWORD, 'a secret typed wrong', 'my password'])
      assert.ok(!all.includes(secret))
  })
})
