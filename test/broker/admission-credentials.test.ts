import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync, type IClientOptions } from 'mqtt'
import { DeviceAdmission } from '../../src/security/credentials/device-admission.js'
import { Authority } from '../support/authority.js'
import { BrokerRig } from '../support/broker-rig.js'
import { CredentialRig } from '../support/credential-rig.js'

const HOST = '127.0.0.1'
const OWN = ['factory/{site}/{area}/{line}/{device}/#']
const directory = mkdtempSync(join(tmpdir(), 'linegate-credentials-'))
const plant = new Authority(directory)
const server = plant.issue('server', { purpose: 'serverAuth', alternativeNames: `IP:${HOST}` })
const issued = new CredentialRig()
let rig: BrokerRig

before(async () => {
  plant.issue('press', { subject: '/O=Plant/CN=ningbo.moulding.line-1.press-7' })
  plant.issue('stranger', { subject: '/O=Plant/CN=nothing that fits' })
  const admission = new DeviceAdmission({
    credentials: issued.credentials,
    hasher: issued.hasher,
    profiles: {
      device: { publish: { allow: OWN, deny: [] }, subscribe: { allow: OWN, deny: [] }, speaksFor: 'self' },
    },
    certificates: [{ from: 'commonName', pattern: '{site}.{area}.{line}.{device}', profile: 'device' }],
    now: () => issued.nowMs,
  })
  const authentication = ['token', 'password', 'certificate'] as const
  const tls = { ...server, caFile: plant.caFile }
  rig = await BrokerRig.start({
    admission,
    listeners: [{ protocol: 'mqtts', host: HOST, port: 0, authentication, tls }],
  })
})

after(async () => {
  await rig.remove()
  await issued.close()
  rmSync(directory, { recursive: true, force: true })
})

function connect(options: IClientOptions) {
  const ca = readFileSync(plant.caFile)
  return connectAsync(rig.url, { reconnectPeriod: 0, connectTimeout: 5_000, ca, ...options }, false)
}

test('a token, a password and a certificate each let a device in, over TLS, as itself', async () => {
  const token = await issued.credentials.add({
    name: 'imm-01',
    kind: 'token',
    place: 'ningbo/moulding/line-1/imm-01',
  })
  const password = await issued.credentials.add({ name: 'imm-02', kind: 'password' })
  for (const [principal, options] of [
    ['device:imm-01', { clientId: 'a', username: 'imm-01', password: token.secret! }],
    ['device:imm-02', { clientId: 'a', username: 'imm-02', password: password.secret! }],
    ['certificate:CN=ningbo.moulding.line-1.press-7,O=Plant', { clientId: 'a', ...plant.proof('press') }],
  ] as const) {
    const client = await connect(options)
    assert.equal(rig.broker.accessOf('a')?.principal, principal)
    await client.endAsync()
    while (rig.broker.accessOf('a') !== undefined) await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

test('a wrong secret and a certificate that no rule fits are refused', async () => {
  await assert.rejects(connect({ username: 'imm-01', password: 'lgd_aaaaaaaaaaaa_wrong' }), { code: 4 })
  await assert.rejects(connect({ username: 'imm-02', password: 'wrong' }), { code: 4 })
  await assert.rejects(connect(plant.proof('stranger')), { code: 5 })
})

test('revoking a credential closes its open connection at once, and lets it in no more', async () => {
  const { secret } = await issued.credentials.add({ name: 'imm-03', kind: 'token' })
  const options = { clientId: 'c', username: 'imm-03', password: secret! }
  const client = await connect(options)
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  await issued.credentials.revoke('imm-03')
  await closed
  await assert.rejects(connect(options), { code: 5 })
})
