import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it, mock } from 'node:test'
import type { ClientCertificate } from '../../../src/core/client-access.js'
import { type ErrorCode, GatewayError } from '../../../src/core/errors.js'
import { stateOf } from '../../../src/security/credentials/credential.js'
import type { CredentialInput } from '../../../src/security/credentials/credential-input.js'
import { parseToken } from '../../../src/security/secrets/tokens.js'
import { CredentialRig } from '../../support/credential-rig.js'

const PLACE = 'ningbo/moulding/line1/imm-01'
const CERTIFICATE: ClientCertificate = {
  commonName: 'imm-01',
  subject: 'CN=imm-01,O=Plant',
  alternativeNames: ['DNS:imm-01.plant', 'URI:urn:plant:imm-01'],
  fingerprint: 'ab'.repeat(32),
  serialNumber: '01',
}

function fails(code: ErrorCode) {
  return (error: unknown) => error instanceof GatewayError && error.code === code
}

describe('credentials', () => {
  let rig: CredentialRig
  beforeEach(() => {
    rig = new CredentialRig()
  })
  afterEach(() => rig.close())

  const holderOf = (token: string | undefined) =>
    rig.credentials.ofToken(parseToken('lgd', token!)!)?.entry.credential.name
  const addToken = (name: string, more: Partial<CredentialInput> = {}) =>
    rig.credentials.add({ name, kind: 'token', ...more })

  it('a token finds its credential, before and after a restart', async () => {
    const { credential, secret } = await addToken('imm-01', { place: PLACE, attributes: { cell: '7' } })
    assert.equal(holderOf(secret), 'imm-01')
    await rig.reopen()
    assert.equal(holderOf(secret), 'imm-01')
    assert.deepEqual(rig.credentials.get('imm-01'), credential)
    assert.deepEqual(credential.place, {
      site: 'ningbo',
      area: 'moulding',
      line: 'line1',
      device: 'imm-01',
    })
  })

  it('no secret is on disk', async () => {
    const { secret } = await addToken('imm-01')
    await rig.credentials.add({ name: 'plc', kind: 'password', password: 'correct horse battery' })
    const rows = [...rig.state.table('credentials').entries()].map(({ value }) => value.toString()).join()
    assert.match(rows, /imm-01/)
    assert.ok(!rows.includes(secret!.slice(17)))
    assert.ok(!rows.includes('correct horse'))
  })

  it('a password that is not given is made, and told once', async () => {
    const made = await rig.credentials.add({ name: 'plc', kind: 'password' })
    assert.match(made.secret ?? '', /^[a-z2-9]{24}$/)
    const { proof } = made.credential
    assert.ok(proof.kind === 'password' && (await rig.hasher.verify(made.secret!, proof.hash)))
    const given = await rig.credentials.add({ name: 'plc-2', kind: 'password', password: 'correct horse' })
    assert.equal(given.secret, undefined)
  })

  it('a name is taken once, even by two at the same time', async () => {
    const both = await Promise.allSettled([addToken('imm-01'), addToken('imm-01')])
    assert.deepEqual(
      both.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    await assert.rejects(addToken('imm-01'), fails('LG_CREDENTIAL_NAME_TAKEN'))
  })

  it('names all that is wrong with what is added', async () => {
    const input: CredentialInput = {
      name: 'a/b',
      kind: 'token',
      profile: 'nobody',
      place: 'a/b/c/d/e',
      attributes: { site: 'x', cell: 'a+b', '1': 'y' },
      expiresAtMs: Number.NaN,
      password: 'correct horse battery',
      certificate: { fingerprint: 'ab' },
    }
    await assert.rejects(rig.credentials.add(input), (error) => {
      assert.ok(fails('LG_CREDENTIAL_INVALID')(error))
      const { violations } = (error as GatewayError).details as { violations: { key: string }[] }
      assert.deepEqual(
        violations.map(({ key }) => key),
        [
          'name',
          'profile',
          'place',
          'attributes.1',
          'attributes.site',
          'attributes.cell',
          'expiresAt',
          'password',
          'certificate',
        ],
      )
      return true
    })
    assert.equal(rig.credentials.size, 0)
  })

  it('a name is 1 to 128 characters that a level of a topic may hold', async () => {
    for (const name of ['', '.', '..', 'a+', '#', 'a/b', 'a\u0000', 'a\n', '\ud800', 'x'.repeat(129)]) {
      await assert.rejects(addToken(name), fails('LG_CREDENTIAL_INVALID'), JSON.stringify(name))
    }
    for (const name of ['x'.repeat(128), '注塑机 01', 'imm_01.a-b:c']) await addToken(name)
    assert.equal(rig.credentials.size, 3)
  })

  it('a certificate stands for one client', async () => {
    const { fingerprint, subject } = CERTIFICATE
    const spelled = fingerprint.toUpperCase().replace(/..(?=.)/g, '$&:')
    const add = (name: string, certificate: CredentialInput['certificate']) =>
      rig.credentials.add({ name, kind: 'certificate', certificate })
    await add('by-fingerprint', { fingerprint: spelled })
    await assert.rejects(add('again', { fingerprint }), fails('LG_CREDENTIAL_CERTIFICATE_TAKEN'))
    await add('by-subject', { subject })
    await add('by-name', { alternativeName: 'URI:urn:plant:imm-01' })
    const holder = () => rig.credentials.ofCertificate(CERTIFICATE)?.entry.credential.name
    assert.equal(holder(), 'by-fingerprint', 'the certificate itself goes before its names')
    await rig.credentials.remove('by-fingerprint')
    assert.equal(holder(), 'by-name')
    await rig.credentials.remove('by-name')
    assert.equal(holder(), 'by-subject')
    await rig.credentials.remove('by-subject')
    assert.equal(holder(), undefined)
  })

  it('a rotation without grace ends the old token, and whoever is connected, at once', async () => {
    const old = await addToken('imm-01')
    const { secret } = await rig.credentials.rotate('imm-01', { graceMs: 0 })
    assert.equal(holderOf(old.secret), undefined)
    assert.equal(holderOf(secret), 'imm-01')
    assert.deepEqual(rig.takeRevoked(), ['device:imm-01'])
  })

  it('a rotation with grace lets both in until its end, and disturbs nobody who changed over', async () => {
    const old = await addToken('imm-01')
    const { secret } = await rig.credentials.rotate('imm-01', { graceMs: 60_000 })
    assert.deepEqual([holderOf(old.secret), holderOf(secret)], ['imm-01', 'imm-01'])
    await rig.reopen()
    rig.credentials.noteUse(rig.credentials.ofToken(parseToken('lgd', old.secret!)!)!, 'client')
    rig.credentials.noteUse(rig.credentials.ofToken(parseToken('lgd', secret!)!)!, 'client')
    rig.pass(59_999)
    assert.equal(holderOf(old.secret), 'imm-01')
    rig.pass(1)
    assert.deepEqual([holderOf(old.secret), holderOf(secret)], [undefined, 'imm-01'])
    assert.deepEqual(rig.takeRevoked(), [])
  })

  it('the end of the grace shows out who still came in by the old token', async () => {
    const old = await addToken('imm-01')
    rig.credentials.noteUse(rig.credentials.ofToken(parseToken('lgd', old.secret!)!)!, 'client')
    await rig.credentials.rotate('imm-01', { graceMs: 60_000 })
    assert.deepEqual(rig.takeRevoked(), [])
    rig.pass(60_000)
    assert.deepEqual(rig.takeRevoked(), ['device:imm-01'])
    rig.pass(60_000)
    assert.deepEqual(rig.takeRevoked(), [])
  })

  it('revoking is for good, and at once', async () => {
    await addToken('imm-01')
    await rig.credentials.revoke('imm-01')
    assert.deepEqual(rig.takeRevoked(), ['device:imm-01'])
    await rig.credentials.revoke('imm-01')
    assert.deepEqual(rig.takeRevoked(), [], 'once')
    await assert.rejects(rig.credentials.rotate('imm-01', { graceMs: 0 }), fails('LG_CREDENTIAL_REVOKED'))
    await assert.rejects(rig.credentials.change('imm-01', {}), fails('LG_CREDENTIAL_REVOKED'))
    await rig.reopen()
    assert.equal(stateOf(rig.credentials.get('imm-01')!, rig.nowMs), 'revoked')
    await assert.rejects(addToken('imm-01'), fails('LG_CREDENTIAL_NAME_TAKEN'))
    await rig.credentials.remove('imm-01')
    await addToken('imm-01')
  })

  it('expiry shows out when its time has come, and can be put off before and after', async () => {
    await addToken('imm-01', { expiresAtMs: rig.nowMs + 10_000 })
    await rig.credentials.change('imm-01', { expiresAtMs: rig.nowMs + 20_000 })
    rig.pass(19_999)
    assert.deepEqual(rig.takeRevoked(), [])
    rig.pass(1)
    assert.deepEqual(rig.takeRevoked(), ['device:imm-01'])
    rig.pass(1_000)
    assert.deepEqual(rig.takeRevoked(), [], 'once')
    await rig.credentials.change('imm-01', { expiresAtMs: null })
    assert.equal(stateOf(rig.credentials.get('imm-01')!, rig.nowMs), 'active')
    await rig.credentials.change('imm-01', { expiresAtMs: rig.nowMs })
    assert.deepEqual(rig.takeRevoked(), ['device:imm-01'], 'an expiry that is over counts at once')
  })

  it('what is over ends by itself, and last uses are written, once it is started', async () => {
    mock.timers.enable({ apis: ['setInterval'] })
    try {
      const { secret } = await addToken('imm-01', { expiresAtMs: rig.nowMs + 10_000 })
      rig.credentials.start()
      rig.credentials.noteUse(rig.credentials.ofToken(parseToken('lgd', secret!)!)!, 'client')
      rig.nowMs += 10_000
      mock.timers.tick(1_000)
      assert.deepEqual(rig.takeRevoked(), ['device:imm-01'])
      mock.timers.tick(60_000)
      await rig.credentials.change('imm-01', {})
      assert.equal(rig.state.table('credential-uses').size, 1)
    } finally {
      mock.timers.reset()
    }
  })

  it('another profile, place or attribute has its clients come in anew; another expiry does not', async () => {
    await addToken('imm-01', { place: PLACE })
    await rig.credentials.change('imm-01', { expiresAtMs: rig.nowMs + 1_000_000 })
    assert.deepEqual(rig.takeRevoked(), [])
    for (const patch of [{ profile: 'service' }, { place: null }, { attributes: { cell: '7' } }]) {
      await rig.credentials.change('imm-01', patch)
      assert.deepEqual(rig.takeRevoked(), ['device:imm-01'], JSON.stringify(patch))
    }
    const { profile, place, attributes } = rig.credentials.get('imm-01')!
    assert.deepEqual(
      { profile, place, attributes },
      { profile: 'service', place: undefined, attributes: { cell: '7' } },
    )
  })

  it('the last use is known at once, and on disk after a while', async () => {
    const { secret } = await addToken('imm-01')
    rig.nowMs += 5_000
    rig.credentials.noteUse(rig.credentials.ofToken(parseToken('lgd', secret!)!)!, 'client')
    assert.equal(rig.credentials.lastUsedAtMs('imm-01'), rig.nowMs)
    assert.equal(rig.state.table('credential-uses').size, 0)
    await rig.reopen()
    assert.equal(rig.credentials.lastUsedAtMs('imm-01'), rig.nowMs)
    await rig.credentials.remove('imm-01')
    assert.equal(rig.state.table('credential-uses').size, 0)
  })

  it('are listed by name, page by page, by what is asked for', async () => {
    for (let i = 0; i < 25; i++)
      await addToken(`imm-${String(i).padStart(2, '0')}`, { place: `ningbo/a${i % 2}` })
    await rig.credentials.add({
      name: 'plc',
      kind: 'password',
      profile: 'service',
      attributes: { owner: 'Lin' },
    })
    await rig.credentials.revoke('imm-03')
    const names = (query: object) =>
      rig.credentials.list({ limit: 100, ...query }).credentials.map(({ name }) => name)
    const first = rig.credentials.list({ limit: 20 })
    assert.ok(first.hasMore)
    const rest = rig.credentials.list({ limit: 20, after: first.credentials.at(-1)!.name })
    assert.ok(!rest.hasMore)
    assert.deepEqual(
      [...first.credentials, ...rest.credentials].map(({ name }) => name),
      names({}),
    )
    assert.equal(names({}).length, 26)
    assert.deepEqual(names({ kind: 'password' }), ['plc'])
    assert.deepEqual(names({ profile: 'service', text: 'LIN' }), ['plc'])
    assert.deepEqual(names({ state: 'revoked' }), ['imm-03'])
    assert.equal(names({ scope: 'ningbo/a1' }).length, 12)
    assert.equal(names({ scope: 'ningbo' }).length, 25)
  })

  it('a row that cannot be read lets nobody in, and the others do', async () => {
    const { secret } = await addToken('imm-01')
    await rig.state.commit(() => {
      rig.state.table('credentials').put('broken', Buffer.from('{'))
      rig.state.table('credentials').put('newer', Buffer.from('{"v":2,"name":"newer","proof":{}}'))
    })
    await rig.reopen()
    assert.equal(rig.credentials.size, 1)
    assert.equal(holderOf(secret), 'imm-01')
  })
})
