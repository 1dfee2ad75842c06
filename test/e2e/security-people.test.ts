import assert from 'node:assert/strict'
import { after, afterEach, before, test } from 'node:test'
import { connectAsync } from 'mqtt'
import { WebSocket } from 'ws'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { ApiTokens } from '../../src/security/people/api-tokens.js'
import { GuardedDevice } from '../support/guarded-device.js'
import { GuardedGateway } from '../support/guarded-gateway.js'
import { GuardedLive } from '../support/guarded-live.js'

const DAY_MS = 86_400_000
/** Time for the gateway to start, and for what comes before the test of it. */
const TOKEN_LIFE_MS = 15_000
const PASSWORD = 'a password of this test alone'
const SCOPE = 'ningbo/mould'
const SIGNED_OUT = 4401
const FOREIGN = 'https://elsewhere.example'
/** Whatever is of the other workshop has this in its name. */
const OTHER = /zebra/i

let gateway: GuardedGateway
let letterOfOther: number
let shortLived: string
let watching: GuardedLive
let cookie: string

/** A token that expires while the tests run, which no one can ask the API for. */
async function addShortLived(): Promise<string> {
  const directory = `${gateway.dataDirectory}/state`
  const state = StateStore.open({ directory, mapBytes: 64 * 1_048_576, logger: silentLogger })
  const tokens = new ApiTokens(state)
  const input = { name: 'short', role: 'viewer', scope: SCOPE, days: 1 } as const
  const { token } = await tokens.add(input, null, Date.now() - DAY_MS + TOKEN_LIFE_MS)
  await state.close()
  return token
}

/** Real data of two workshops, a dead letter of each among it. */
async function publishBoth(): Promise<void> {
  for (const [area, device] of [
    ['mould', 'mould-1'],
    ['zebra', 'zebra-1'],
  ]) {
    const password = await gateway.addToken(device!, { place: `ningbo/${area}/line1/${device}` })
    const client = await GuardedDevice.connect(gateway, { password, clientId: `${device}-client` })
    const topic = `factory/ningbo/${area}/line1/${device}/telemetry`
    await client.client.publishAsync(topic, `{"${device}-field":1,"common":2}`, { qos: 1 })
    await client.client.publishAsync(topic, `{"${device}`, { qos: 1 })
    await client.end()
  }
  await gateway.settled()
}

async function signIn(name: string): Promise<string> {
  const body = { name, password: PASSWORD }
  const answer = await gateway.fetch('/api/v1/session', { method: 'POST', body })
  assert.equal(answer.status, 200, await answer.clone().text())
  return answer.headers.get('set-cookie')!.split(';')[0]!
}

before(async () => {
  gateway = await GuardedGateway.prepare()
  shortLived = await addShortLived()
  await gateway.run()
  watching = await GuardedLive.connect(gateway, { authorization: `Bearer ${shortLived}` })
  await publishBoth()
  const user = { role: 'viewer', scope: SCOPE, password: PASSWORD }
  await gateway.administer('POST', '/api/v1/users', { name: 'anna', ...user })
  cookie = await signIn('anna')
  const { items } = await gateway.administer<{ items: { id: number; device: string }[] }>(
    'GET',
    '/api/v1/dead-letters',
  )
  letterOfOther = items.find(({ device }) => OTHER.test(device))!.id
})

after(() => gateway.remove())

// Whatever was tried, the counts add up and the trail is as it was written.
afterEach(async () => {
  await gateway.settled()
  await gateway.verifyAudit()
})

const READ = [
  '/api/v1/ledger?limit=1000',
  '/api/v1/tree?depth=4',
  '/api/v1/devices',
  '/api/v1/devices/export',
  '/api/v1/values?device=mould-1',
  '/api/v1/history?device=mould-1&field=common&from=-1h',
  '/api/v1/dead-letters',
  '/api/v1/dead-letters/summary',
  '/api/v1/items',
  '/api/v1/production',
  '/api/v1/info',
  '/api/v1/session',
]

test('a viewer of one workshop reads no name of another at any address', async () => {
  const admin = await gateway.administer<object>('GET', READ[0]!)
  assert.match(JSON.stringify(admin), OTHER, 'it is there')
  for (const path of READ) {
    const answer = await gateway.fetch(path, { cookie })
    const text = await answer.text()
    assert.equal(answer.status, 200, `${path}: ${text}`)
    assert.doesNotMatch(text + JSON.stringify([...answer.headers]), OTHER, path)
    if (/ledger|tree|devices|history|letters$/.test(path)) assert.match(text, /mould-1/, path)
  }
})

test('a viewer of one workshop cannot tell what is in another from what is nowhere', async () => {
  const both = [
    ['/api/v1/devices/zebra-1', '/api/v1/devices/yacht-1'],
    ['/api/v1/history?device=zebra-1&field=common', '/api/v1/history?device=yacht-1&field=common'],
    ['/api/v1/values?device=zebra-1', '/api/v1/values?device=yacht-1'],
    ['/api/v1/tree?path=ningbo/zebra', '/api/v1/tree?path=ningbo/yacht'],
    [`/api/v1/dead-letters/${letterOfOther}`, '/api/v1/dead-letters/999999'],
  ] as const
  for (const [there, nowhere] of both) {
    const [one, other] = await Promise.all([there, nowhere].map((path) => gateway.fetch(path, { cookie })))
    assert.equal(one!.status, 404, there)
    assert.equal(other!.status, 404, nowhere)
    const plain = async (answer: Response) =>
      (await answer.text()).replaceAll(/zebra|yacht/g, '?').replaceAll(/999999|\b\d+\b/g, '#')
    assert.equal(await plain(one!), await plain(other!))
  }
})

test('a viewer of one workshop gets no metrics, no audit trail and no credentials', async () => {
  for (const path of ['/metrics', '/api/v1/spool', '/api/v1/audit', '/api/v1/credentials']) {
    const answer = await gateway.fetch(path, { cookie })
    assert.equal(answer.status, 403, path)
    assert.doesNotMatch(await answer.text(), OTHER)
    await gateway.audited('access_denied', { actor: 'user:anna', result: 'failure', target: `GET ${path}` })
  }
})

test('a viewer of one workshop hears nothing of another over the live stream', async () => {
  const live = await GuardedLive.connect(gateway, { cookie })
  live.send({ type: 'subscribe', id: 'other', topic: 'counts', scope: 'ningbo/zebra', depth: 2 })
  assert.match(await live.text(/"error"/), /LG_LIVE_SCOPE_REFUSED/)
  for (const topic of ['counts', 'presence', 'deadLetters'])
    live.send({ type: 'subscribe', id: topic, topic, intervalMs: 50 })
  live.send({ type: 'subscribe', id: 'values', topic: 'values', scope: `${SCOPE}/line1/mould-1` })
  for (const id of ['counts', 'presence', 'deadLetters', 'values'])
    await live.text(new RegExp(`"snapshot".*"id":"${id}"`))
  await publishAgain('zebra')
  await publishAgain('mould')
  await live.text(/"update".*"id":"counts"/)
  for (const text of live.texts) if (!/LG_LIVE_SCOPE_REFUSED/.test(text)) assert.doesNotMatch(text, OTHER)
  await live.close()
})

async function publishAgain(area: string): Promise<void> {
  const name = `${area}-again`
  const password = await gateway.addToken(name, { place: `ningbo/${area}/line1/${area}-1` })
  const device = await GuardedDevice.connect(gateway, { password, clientId: name })
  const topic = `factory/ningbo/${area}/line1/${area}-1/telemetry`
  await device.client.publishAsync(topic, `{"${area}-again":1}`, { qos: 1 })
  await device.end()
}

test('signing out ends the live connection of the session, and not that of another', async () => {
  const [mine, theirs] = [await signIn('anna'), await signIn('anna')]
  const [one, other] = [
    await GuardedLive.connect(gateway, { cookie: mine }),
    await GuardedLive.connect(gateway, { cookie: theirs }),
  ]
  const out = await gateway.fetch('/api/v1/session', { method: 'DELETE', cookie: mine })
  assert.equal(out.status, 204)
  assert.equal(await one.closed, SIGNED_OUT)
  other.send({ type: 'subscribe', id: 'still', topic: 'counts' })
  await other.text(/"still"/)
  assert.equal((await gateway.fetch('/api/v1/devices', { cookie: mine })).status, 401)
  await other.close()
  await gateway.audited('sign_out', { actor: 'user:anna' })
})

test('a page of another origin opens no live stream with the cookie of who is signed in', async () => {
  await assert.rejects(GuardedLive.connect(gateway, { cookie, origin: FOREIGN }), /403/)
  await gateway.audited('origin_refused', { target: 'GET /live' })
  const own = await GuardedLive.connect(gateway, { cookie, origin: gateway.url })
  await own.close()
})

test('a page of another origin changes nothing with the cookie of who is signed in', async () => {
  const headers = { origin: FOREIGN }
  const user = { role: 'admin', scope: '', password: PASSWORD }
  await gateway.administer('POST', '/api/v1/users', { name: 'root', ...user })
  const admin = await signIn('root')
  const body = { name: 'planted', kind: 'token' }
  const asked = { method: 'POST', body, cookie: admin }
  const refused = await gateway.fetch('/api/v1/credentials', { ...asked, headers })
  assert.equal(refused.status, 403)
  assert.match(await refused.text(), /LG_ORIGIN_REFUSED/)
  await gateway.audited('origin_refused', { target: 'POST /api/v1/credentials' })
  const own = { origin: gateway.url }
  assert.equal((await gateway.fetch('/api/v1/credentials', { ...asked, headers: own })).status, 201)
})

test('a page of another origin is no MQTT client, whatever token it has', async () => {
  const password = await gateway.addToken('page', { place: 'ningbo/mould/line1/page' })
  const url = `wss://127.0.0.1:${gateway.ports.http}/mqtt`
  const come = (origin: string) =>
    connectAsync(
      url,
      { username: 'page', password, reconnectPeriod: 0, wsOptions: { ca: gateway.ca, origin } },
      false,
    )
  await assert.rejects(come(FOREIGN))
  await gateway.audited('origin_refused', { target: 'GET /mqtt' })
  const own = await come(gateway.url)
  await own.endAsync()
  const foreign = new WebSocket(url, 'mqtt', { ca: gateway.ca, origin: FOREIGN })
  const status = await new Promise((resolve) =>
    foreign.once('unexpected-response', (_request, { statusCode }) => resolve(statusCode)),
  )
  assert.equal(status, 403)
})

test('nobody reads or hears anything without signing in', async () => {
  for (const path of [...READ.slice(0, -1), '/metrics', '/api/v1/audit'])
    assert.equal((await gateway.fetch(path)).status, 401, path)
  await assert.rejects(GuardedLive.connect(gateway, {}), /401/)
  await gateway.audited('access_denied', { actor: 'anonymous', result: 'failure' })
})

test('a token that has expired hears nothing more over the live stream that it opened', async () => {
  assert.equal(await watching.closed, SIGNED_OUT)
  assert.equal((await gateway.fetch('/api/v1/devices', { bearer: shortLived })).status, 401)
})
