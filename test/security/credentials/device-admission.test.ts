import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { ClientCertificate, ConnectAttempt, ConnectVerdict } from '../../../src/core/client-access.js'
import { DeviceAdmission } from '../../../src/security/credentials/device-admission.js'
import type { ProfilesConfig } from '../../../src/security/permissions/profiles.js'
import { PasswordHasher } from '../../../src/security/secrets/passwords.js'
import { makeToken } from '../../../src/security/secrets/tokens.js'
import { CHEAP, CredentialRig } from '../../support/credential-rig.js'

const OWN = ['factory/{site}/{area}/{line}/{device}/#', 'users/{username}/#', 'cells/{cell}/#']
const PROFILES: ProfilesConfig = {
  device: { publish: { allow: OWN, deny: [] }, subscribe: { allow: OWN, deny: [] }, speaksFor: 'self' },
}
const RULES = [
  { from: 'commonName', pattern: '{site}.{area}.{line}.{device}', profile: 'device' },
  { from: 'uri', pattern: 'urn:plant:{cell}:{device}', profile: 'device' },
  { from: 'dns', pattern: '{device}.robots', profile: 'robots' },
] as const
const CERTIFICATE: ClientCertificate = {
  commonName: 'ningbo.moulding.line1.imm-01',
  subject: 'CN=ningbo.moulding.line1.imm-01,O=Plant',
  alternativeNames: [],
  fingerprint: 'ab'.repeat(32),
  serialNumber: '01',
}
const PLACE = 'ningbo/moulding/line1/imm-01'
const OWN_TOPIC = 'factory/ningbo/moulding/line1/imm-01/telemetry'

/** Counts what it derives. */
class CountingHasher extends PasswordHasher {
  verified = 0

  constructor() {
    super({ cost: CHEAP })
  }

  override verify(password: string, stored: string | undefined): Promise<boolean | 'busy'> {
    this.verified++
    return super.verify(password, stored)
  }
}

describe('the admission of devices', () => {
  let rig: CredentialRig
  let hasher: CountingHasher
  let admission: DeviceAdmission
  let steadyMs = 0
  beforeEach(() => {
    hasher = new CountingHasher()
    rig = new CredentialRig(hasher)
    admission = newAdmission()
  })
  afterEach(() => rig.close())

  function newAdmission(): DeviceAdmission {
    return new DeviceAdmission({
      credentials: rig.credentials,
      hasher,
      profiles: PROFILES,
      certificates: RULES,
      now: () => rig.nowMs,
      steadyNow: () => steadyMs,
    })
  }

  function admit(attempt: Partial<ConnectAttempt> | { password: string }): Promise<ConnectVerdict> {
    const { password } = attempt
    return admission.admit({
      clientId: 'client',
      username: undefined,
      certificate: undefined,
      address: '10.0.0.5',
      methods: ['token', 'password', 'certificate'],
      ...attempt,
      password: typeof password === 'string' ? Buffer.from(password) : password,
    })
  }

  async function accessOf(attempt: Parameters<typeof admit>[0]) {
    const verdict = await admit(attempt)
    assert.ok(verdict.kind === 'admitted', JSON.stringify(verdict))
    return verdict.access
  }

  describe('by token', () => {
    it('lets a device in as itself, whatever user name it sends', async () => {
      const { secret } = await rig.credentials.add({ name: 'imm-01', kind: 'token', place: PLACE })
      for (const username of [undefined, '', 'imm-01', 'imm-02']) {
        const access = await accessOf({ password: secret!, ...(username === undefined ? {} : { username }) })
        assert.equal(access.principal, 'device:imm-01')
        assert.equal(access.mayPublish(OWN_TOPIC), true)
        assert.equal(access.mayPublish(OWN_TOPIC.replace('01', '02')), false)
        assert.equal(access.mayPublish('users/imm-01/x'), true)
        assert.equal(access.mayPublish('users/imm-02/x'), false)
      }
      assert.equal(hasher.verified, 0)
    })

    it('refuses a token that is unknown, rotated away, or only looks like one', async () => {
      const { secret } = await rig.credentials.add({ name: 'imm-01', kind: 'token' })
      const forged = secret!.slice(0, 17) + makeToken('lgd').text.slice(17)
      for (const password of [makeToken('lgd').text, forged, 'lgd_', `${secret} `, secret!.slice(0, -1)]) {
        assert.equal((await admit({ username: 'imm-01', password })).kind, 'badCredentials', password)
      }
      await rig.credentials.rotate('imm-01', { graceMs: 0 })
      assert.equal((await admit({ password: secret! })).kind, 'badCredentials')
      assert.equal(hasher.verified, 0, 'none of them costs a password')
    })

    it('refuses a token that was revoked or has expired', async () => {
      const { secret } = await rig.credentials.add({
        name: 'a',
        kind: 'token',
        expiresAtMs: rig.nowMs + 1_000,
      })
      await accessOf({ password: secret! })
      rig.nowMs += 1_000
      assert.deepEqual(await admit({ password: secret! }), {
        kind: 'notAuthorized',
        cause: 'credential a is expired',
      })
      await rig.credentials.change('a', { expiresAtMs: null })
      await accessOf({ password: secret! })
      await rig.credentials.revoke('a')
      assert.equal((await admit({ password: secret! })).kind, 'notAuthorized')
      await rig.credentials.remove('a')
      assert.equal((await admit({ password: secret! })).kind, 'badCredentials')
    })

    it('is only tried where the listener takes tokens', async () => {
      const { secret } = await rig.credentials.add({ name: 'imm-01', kind: 'token' })
      assert.equal((await admit({ password: secret!, methods: ['certificate'] })).kind, 'badCredentials')
      const asPassword = await admit({ username: 'imm-01', password: secret!, methods: ['password'] })
      assert.equal(asPassword.kind, 'badCredentials')
    })
  })

  describe('by password', () => {
    const RIGHT = { username: 'plc', password: 'correct horse battery' }
    beforeEach(async () => {
      await rig.credentials.add({ name: 'plc', kind: 'password', password: RIGHT.password, place: PLACE })
    })

    it('lets in who knows it, and derives it once in a while', async () => {
      assert.equal((await accessOf(RIGHT)).principal, 'device:plc')
      for (let i = 0; i < 50; i++) await accessOf(RIGHT)
      assert.equal(hasher.verified, 1)
      steadyMs += 60_000
      await accessOf(RIGHT)
      assert.equal(hasher.verified, 2)
    })

    it('refuses a wrong password and a name that nobody has alike, at the same cost', async () => {
      await rig.credentials.add({ name: 'imm-01', kind: 'token' })
      const wrong = await admit({ ...RIGHT, password: 'wrong horse battery' })
      for (const username of ['nobody', 'imm-01', '__proto__', '']) {
        assert.deepEqual(await admit({ ...RIGHT, username }), wrong, username)
      }
      assert.deepEqual(wrong, { kind: 'badCredentials', cause: 'wrong name or password' })
      assert.equal(hasher.verified, 5)
    })

    it('lets in by both passwords while a rotation has grace, and by the new one after', async () => {
      await rig.credentials.rotate('plc', { graceMs: 60_000, password: 'another horse battery' })
      await accessOf(RIGHT)
      await accessOf({ ...RIGHT, password: 'another horse battery' })
      rig.nowMs += 60_000
      assert.equal((await admit(RIGHT)).kind, 'badCredentials', 'though it was verified lately')
      await accessOf({ ...RIGHT, password: 'another horse battery' })
    })

    it('refuses at once what was verified lately and revoked since', async () => {
      await accessOf(RIGHT)
      await rig.credentials.revoke('plc')
      assert.equal((await admit(RIGHT)).kind, 'notAuthorized')
    })

    it('lets nobody in by a password that was changed while it was being verified', async () => {
      const verdict = admit(RIGHT)
      const rotated = rig.credentials.rotate('plc', { graceMs: 0, password: 'another horse battery' })
      await Promise.all([verdict, rotated])
      assert.equal((await admit(RIGHT)).kind, 'badCredentials')
    })

    it('has who guesses wait, before it costs anything, and nobody else', async () => {
      await accessOf({ ...RIGHT, address: '10.0.0.9' })
      const before = hasher.verified
      const kinds: string[] = []
      for (let i = 0; i < 30; i++) kinds.push((await admit({ ...RIGHT, password: `guess number ${i}` })).kind)
      assert.deepEqual(new Set(kinds.slice(0, 10)), new Set(['badCredentials']))
      assert.deepEqual(new Set(kinds.slice(10)), new Set(['busy']))
      assert.equal(hasher.verified - before, 10)
      await accessOf({ ...RIGHT, address: '10.0.0.9' })
      steadyMs += 10 * 60_000
      await accessOf(RIGHT)
    })

    it('has an address wait that guesses many names', async () => {
      const kinds: string[] = []
      for (let i = 0; i < 60; i++) kinds.push((await admit({ ...RIGHT, username: `name-${i}` })).kind)
      assert.equal(kinds.filter((kind) => kind === 'badCredentials').length, 40)
      assert.equal((await admit({ ...RIGHT, address: '2001:db8::1' })).kind, 'admitted')
    })

    it('counts no try that was right', async () => {
      for (let i = 0; i < 100; i++) {
        await accessOf(RIGHT)
        steadyMs += 60_000
      }
      assert.equal(hasher.verified, 100)
    })
  })

  describe('by certificate', () => {
    it('lets a device in as the credential says that names its certificate', async () => {
      const certificate = { fingerprint: CERTIFICATE.fingerprint }
      await rig.credentials.add({ name: 'robot', kind: 'certificate', certificate, place: 'a/b/c/d' })
      const access = await accessOf({ certificate: CERTIFICATE })
      assert.equal(access.principal, 'device:robot')
      assert.equal(access.mayPublish('factory/a/b/c/d/x'), true)
      assert.equal(access.mayPublish(OWN_TOPIC), false)
      await rig.credentials.revoke('robot')
      assert.equal((await admit({ certificate: CERTIFICATE })).kind, 'notAuthorized', 'and no rule helps it')
    })

    it('reads who it is out of the certificate by the first rule that fits', async () => {
      const access = await accessOf({ certificate: CERTIFICATE })
      assert.equal(access.principal, `certificate:${CERTIFICATE.subject}`)
      assert.deepEqual(access.place, { site: 'ningbo', area: 'moulding', line: 'line1', device: 'imm-01' })
      assert.equal(access.mayPublish(OWN_TOPIC), true)
      assert.equal(access.mayPublish('users/client/x'), false, 'a user name that it sends is not its own')
    })

    it('takes the rest for the last placeholder', async () => {
      const access = await accessOf({ certificate: { ...CERTIFICATE, commonName: 'a.b.c.d.e' } })
      assert.equal(access.place?.device, 'd.e')
    })

    it('gives attributes what other placeholders stand for', async () => {
      const certificate = {
        ...CERTIFICATE,
        commonName: 'x',
        alternativeNames: ['DNS:other', 'URI:urn:plant:c7:imm-01'],
      }
      const access = await accessOf({ certificate })
      assert.equal(access.mayPublish('cells/c7/x'), true)
      assert.equal(access.mayPublish('cells/c8/x'), false)
    })

    it('refuses a certificate that no rule fits, or whose profile there is not', async () => {
      const names = ['', 'imm-01', 'a.b.c', 'a.b.c.+', 'a.b/x.c.d', '#.b.c.d', 'a..c.d', 'a.b.c.d\n']
      for (const commonName of names) {
        const verdict = await admit({ certificate: { ...CERTIFICATE, commonName } })
        assert.equal(verdict.kind, 'notAuthorized', JSON.stringify(commonName))
      }
      const robot = { ...CERTIFICATE, commonName: '', alternativeNames: ['DNS:r1.robots'] }
      assert.deepEqual(await admit({ certificate: robot }), {
        kind: 'notAuthorized',
        cause: 'there is no profile robots',
      })
    })

    it('has who a rule let in come in anew when a credential comes to name its certificate', async () => {
      const revoked: string[] = []
      admission.onRevoked((principal) => revoked.push(principal))
      await accessOf({ certificate: CERTIFICATE })
      await rig.credentials.add({ name: 'other', kind: 'certificate', certificate: { subject: 'CN=other' } })
      assert.deepEqual(revoked, [])
      const certificate = { fingerprint: CERTIFICATE.fingerprint }
      await rig.credentials.add({ name: 'stolen', kind: 'certificate', certificate })
      assert.deepEqual(revoked, [`certificate:${CERTIFICATE.subject}`])
      await rig.credentials.revoke('stolen')
      assert.equal((await admit({ certificate: CERTIFICATE })).kind, 'notAuthorized')
    })

    it('does not count where a token is shown, even a wrong one', async () => {
      const verdict = await admit({ certificate: CERTIFICATE, password: makeToken('lgd').text })
      assert.equal(verdict.kind, 'badCredentials')
    })
  })

  it('refuses who does not say who it is', async () => {
    assert.equal((await admit({})).kind, 'badCredentials')
    assert.equal((await admit({ username: 'plc' })).kind, 'badCredentials')
    assert.equal(
      (await admit({ username: 'plc', password: 'x', methods: ['certificate'] })).kind,
      'badCredentials',
    )
  })

  it('says what a principal of an earlier connection may now, as long as its credential is good', async () => {
    await rig.credentials.add({ name: 'imm-01', kind: 'token', place: PLACE })
    assert.equal(admission.accessOf('device:imm-01', 'c')?.mayPublish(OWN_TOPIC), true)
    assert.equal(admission.accessOf('device:imm-02', 'c'), undefined)
    assert.equal(admission.accessOf('anonymous', 'c'), undefined)
    await rig.credentials.revoke('imm-01')
    assert.equal(admission.accessOf('device:imm-01', 'c'), undefined)
    const admitted = await accessOf({ certificate: CERTIFICATE })
    assert.equal(admission.accessOf(admitted.principal, 'c')?.principal, admitted.principal)
  })

  it('measures by new profiles and rules from the reload on', async () => {
    const { secret } = await rig.credentials.add({ name: 'imm-01', kind: 'token', place: PLACE })
    const before = await accessOf({ password: secret! })
    const none = { allow: [], deny: [] }
    await rig.credentials.add({ name: 'scada', kind: 'token', profile: 'service' })
    const isChanged = admission.configure({
      profiles: { ...PROFILES, device: { publish: none, subscribe: none, speaksFor: 'self' } },
      certificates: [],
    })
    assert.deepEqual(['device:imm-01', 'device:scada', 'certificate:CN=x'].map(isChanged), [
      true,
      false,
      true,
    ])
    assert.equal(before.mayPublish(OWN_TOPIC), true)
    assert.equal((await accessOf({ password: secret! })).mayPublish(OWN_TOPIC), false)
    assert.equal((await admit({ certificate: CERTIFICATE })).kind, 'notAuthorized')
  })
})
