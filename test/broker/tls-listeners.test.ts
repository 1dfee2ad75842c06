import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { generate, parser } from 'mqtt-packet'
import type { ListenerOptions } from '../../src/broker/listener.js'
import type { ClientRefusal } from '../../src/core/client-access.js'
import { Authority } from '../support/authority.js'
import { BrokerRig, until } from '../support/broker-rig.js'
import { connectPacket } from '../support/raw-mqtt.js'
import { ScriptedAdmission } from '../support/scripted-admission.js'

const HOST = '127.0.0.1'
const directory = mkdtempSync(join(tmpdir(), 'linegate-tls-'))
const plant = new Authority(join(directory, 'plant'), 'plant')
const foreign = new Authority(join(directory, 'foreign'), 'foreign')
const server = plant.issue('server', { purpose: 'serverAuth', alternativeNames: `IP:${HOST}` })
const crlFile = plant.file('now.crl')
const admission = new ScriptedAdmission()
const refusals: ClientRefusal[] = []
let rig: BrokerRig

const AT = { plain: 0, mutual: 1, optional: 2, newest: 3 } as const

before(async () => {
  for (const name of ['imm-01', 'imm-02', 'revoked']) plant.issue(name)
  plant.issue('named', {
    subject: '/C=CN/O=Plant\\, Ningbo/CN=press 7',
    alternativeNames: 'DNS:press-7.plant,URI:urn:plant:press-7,email:press@plant.example,IP:10.0.0.7',
  })
  plant.issue('expired', { days: -1 })
  plant.issue('web', { purpose: 'serverAuth' })
  foreign.issue('imm-01')
  plant.revoke('revoked')
  copyFileSync(plant.list(), crlFile)
  rig = await BrokerRig.start({ admission, listeners: listeners(), onRefused: (each) => refusals.push(each) })
})

after(async () => {
  await rig.remove()
  rmSync(directory, { recursive: true, force: true })
})

beforeEach(() => {
  refusals.length = 0
  admission.attempts.length = 0
})

function listeners(): ListenerOptions[] {
  const common = { protocol: 'mqtts', host: HOST, port: 0 } as const
  const mutual = { ...server, caFile: plant.caFile, crlFile }
  return [
    { ...common, authentication: ['token'], tls: server },
    { ...common, authentication: ['certificate'], tls: mutual },
    { ...common, authentication: ['certificate', 'token'], tls: mutual },
    { ...common, authentication: ['token'], tls: { ...server, minVersion: 'TLSv1.3' } },
  ]
}

interface Outcome {
  readonly socket: TLSSocket
  /** Undefined if the connection was closed without an answer. */
  readonly returnCode: number | undefined
  session: Buffer | undefined
}

/** Connects, and sends a CONNECT, with a token if one is given. */
async function knock(at: keyof typeof AT, options: ConnectionOptions, token?: string, clientId = 'client') {
  const { port } = rig.broker.addresses()[AT[at]]!
  const socket = connect({ port, host: HOST, ca: readFileSync(plant.caFile), ...options })
  const outcome: Outcome = { socket, returnCode: undefined, session: undefined }
  const said = token === undefined ? {} : { username: 'x', password: Buffer.from(token) }
  socket.on('error', () => undefined)
  socket.on('session', (session) => {
    outcome.session = session
  })
  socket.on('secureConnect', () => socket.write(generate(connectPacket({ clientId, ...said }))))
  const parse = parser()
  socket.on('data', (chunk) => parse.parse(chunk))
  const returnCode = await new Promise<number | undefined>((resolve) => {
    parse.on('packet', (packet) => resolve(packet.cmd === 'connack' ? packet.returnCode : undefined))
    socket.on('close', () => resolve(undefined))
  })
  return { ...outcome, returnCode, session: outcome.session }
}

test('a certificate of the authority says who the client is, by all its names', async () => {
  const { returnCode, socket } = await knock('mutual', plant.proof('named'))
  assert.equal(returnCode, 0)
  const { certificate } = admission.attempts[0]!
  const { fingerprint, serialNumber, ...names } = certificate!
  assert.deepEqual(names, {
    commonName: 'press 7',
    subject: 'CN=press 7,O=Plant\\, Ningbo,C=CN',
    alternativeNames: ['DNS:press-7.plant', 'URI:urn:plant:press-7', 'email:press@plant.example'],
  })
  assert.match(fingerprint, /^[0-9a-f]{64}$/)
  assert.match(serialNumber, /^[0-9A-F]+$/)
  assert.equal(rig.broker.accessOf('client')?.principal, 'device:press 7')
  socket.destroy()
})

for (const [what, proof, cause] of [
  ['no certificate', () => ({}), /peer did not return a certificate/],
  ['a certificate of a foreign authority', () => foreign.proof('imm-01'), /UNABLE_TO|SELF_SIGNED/],
  ['an expired certificate', () => plant.proof('expired'), /CERT_HAS_EXPIRED/],
  ['a revoked certificate', () => plant.proof('revoked'), /CERT_REVOKED/],
  ['a certificate for servers', () => plant.proof('web'), /INVALID_PURPOSE/],
] as const) {
  test(`where certificates alone count, ${what} lets nobody in`, async () => {
    const { returnCode } = await knock('mutual', proof(), 'token-imm-01')
    assert.equal(returnCode, undefined)
    await until(() => refusals.length === 1)
    const [refusal] = refusals
    assert.deepEqual([refusal!.kind, refusal!.target, refusal!.address], ['connect', 'mqtts', HOST])
    assert.match(refusal!.cause, cause)
    assert.equal(admission.attempts.length, 0)
  })
}

test('where a certificate is one way of several, a client may come without, or with one and no token', async () => {
  for (const [proof, token, principal] of [
    [{}, 'token-imm-05', 'device:imm-05'],
    [plant.proof('imm-01'), undefined, 'device:imm-01'],
  ] as const) {
    const { returnCode, socket } = await knock('optional', proof, token, 'either')
    assert.equal(returnCode, 0)
    assert.equal(rig.broker.accessOf('either')?.principal, principal)
    socket.destroy()
    await until(() => rig.broker.accessOf('either') === undefined)
  }
})

test('where a certificate is one way of several, one that is not trusted counts for nothing, and the refusal says why', async () => {
  for (const proof of [foreign.proof('imm-01'), plant.proof('expired'), plant.proof('revoked')]) {
    assert.equal((await knock('optional', proof)).returnCode, 4)
  }
  assert.deepEqual(
    admission.attempts.map(({ certificate }) => certificate),
    [undefined, undefined, undefined],
  )
  for (const [i, cause] of [/UNABLE_TO|SELF_SIGNED/, /EXPIRED/, /REVOKED/].entries()) {
    assert.match(refusals[i]!.cause, cause)
  }
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`a resumed session of ${version} is the same client, and none without a certificate is anyone`, async () => {
    const options = { maxVersion: version }
    const first = await knock('mutual', { ...options, ...plant.proof('imm-01') })
    await until(() => first.socket.getSession() !== undefined)
    const session = first.session ?? first.socket.getSession()!
    first.socket.destroy()
    // Without the key: a resumed session needs none.
    const again = await knock('mutual', { ...options, session })
    assert.equal(again.returnCode, 0)
    assert.equal(again.socket.isSessionReused(), true)
    assert.equal(admission.attempts.at(-1)!.certificate?.commonName, 'imm-01')
    again.socket.destroy()
    const bare = await knock('optional', options, 'token-imm-05')
    const bareSession = bare.session ?? bare.socket.getSession()!
    bare.socket.destroy()
    const bareAgain = await knock('optional', { ...options, session: bareSession })
    assert.equal(bareAgain.socket.isSessionReused(), true)
    assert.equal(admission.attempts.at(-1)!.certificate, undefined)
    assert.equal(bareAgain.returnCode, 4)
  })
}

/** What openssl says of a connection that it is told to make so. */
function opensslClient(at: keyof typeof AT, ...args: string[]): Promise<string> {
  const { port } = rig.broker.addresses()[AT[at]]!
  const child = spawn('openssl', ['s_client', '-connect', `${HOST}:${port}`, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  child.stdin.end('Q\n')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  return new Promise((resolve) => child.once('close', () => resolve(said)))
}

test('TLS 1.3 is spoken by default, TLS 1.2 with forward secrecy and authenticated encryption alone', async () => {
  assert.match(await opensslClient('plain'), /New, TLSv1\.3, Cipher is TLS_AES_128_GCM_SHA256/)
  assert.match(await opensslClient('plain', '-tls1_2'), /TLSv1\.2, Cipher is ECDHE-ECDSA-AES128-GCM-SHA256/)
  const weak = [
    'ECDHE-ECDSA-AES128-SHA',
    'ECDHE-ECDSA-AES256-SHA384',
    'AES128-GCM-SHA256',
    'AES256-SHA',
    'AES128-CCM8',
  ]
  for (const cipher of weak) {
    const said = await opensslClient('plain', '-tls1_2', '-cipher', `${cipher}:@SECLEVEL=0`)
    assert.match(said, /Cipher is \(NONE\)/, cipher)
  }
})

test('TLS 1.0 and 1.1 are refused, and TLS 1.2 where 1.3 is the oldest', async () => {
  for (const version of ['-tls1', '-tls1_1']) {
    const said = await opensslClient('plain', version, '-cipher', 'ALL:@SECLEVEL=0')
    assert.match(said, /Cipher is \(NONE\)/, version)
  }
  assert.match(await opensslClient('newest', '-tls1_2'), /Cipher is \(NONE\)/)
  assert.match(await opensslClient('newest'), /New, TLSv1\.3/)
  await until(() => refusals.length === 3)
  for (const { cause } of refusals) assert.match(cause, /unsupported protocol/)
})

test('new certificates are for new connections; those that there are stay, but for the revoked', async () => {
  const stays = await knock('mutual', plant.proof('imm-01'), undefined, 'stays')
  const goes = await knock('mutual', plant.proof('imm-02'), undefined, 'goes')
  assert.deepEqual([stays.returnCode, goes.returnCode], [0, 0])
  const session = stays.session ?? stays.socket.getSession()!
  const before = stays.socket.getPeerCertificate().fingerprint256
  plant.revoke('imm-02')
  copyFileSync(plant.list(), crlFile)
  plant.issue('renewed', { purpose: 'serverAuth', alternativeNames: `IP:${HOST}` })
  copyFileSync(plant.file('renewed.key'), server.keyFile)
  copyFileSync(plant.file('renewed.crt'), server.certFile)
  assert.equal(await rig.broker.reloadCertificates(), 1)
  await until(() => goes.socket.destroyed)
  assert.match(refusals[0]!.cause, /revoked/)
  assert.equal(refusals[0]!.clientId, 'goes')
  const next = await knock('mutual', { ...plant.proof('imm-01'), session }, undefined, 'next')
  assert.equal(next.returnCode, 0)
  assert.equal(next.socket.isSessionReused(), false)
  assert.notEqual(next.socket.getPeerCertificate().fingerprint256, before)
  assert.equal((await knock('mutual', plant.proof('imm-02'))).returnCode, undefined)
  assert.equal(stays.socket.destroyed, false)
  assert.equal(rig.broker.accessOf('stays')?.principal, 'device:imm-01')
  stays.socket.destroy()
  next.socket.destroy()
})

test('files that cannot be used change nothing, and are named', async () => {
  copyFileSync(foreign.file('imm-01.key'), server.keyFile)
  await assert.rejects(rig.broker.reloadCertificates(), ({ code, message }: Error & { code: string }) => {
    return code === 'LG_TLS_UNUSABLE' && message.includes(server.keyFile) && message.includes(server.certFile)
  })
  const { returnCode, socket } = await knock('mutual', plant.proof('imm-01'))
  assert.equal(returnCode, 0)
  socket.destroy()
})
