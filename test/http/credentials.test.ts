import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import type { AuditEvent } from '../../src/core/audit.js'
import { parseToken } from '../../src/security/secrets/tokens.js'
import { CredentialRig } from '../support/credential-rig.js'
import { HttpGateway } from '../support/http-gateway.js'

const PATH = '/api/v1/credentials'
const PLACE = 'ningbo/moulding/line1/imm-01'

describe('the API of credentials', () => {
  const events: AuditEvent[] = []
  let rig: CredentialRig
  let gateway: HttpGateway
  before(async () => {
    rig = new CredentialRig()
    rig.nowMs = Date.now()
    gateway = await new HttpGateway({
      credentials: rig.credentials,
      enrolment: rig.codes,
      audit: { record: (event) => events.push(event) },
    }).start()
  })
  after(async () => {
    await gateway.close()
    await rig.close()
  })
  beforeEach(() => {
    events.length = 0
  })

  async function ask(method: string, path: string, body?: object) {
    const init = { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await gateway.get(path, body === undefined ? { method } : init)
    const text = await response.text()
    return { status: response.status, text, body: text === '' ? undefined : JSON.parse(text) }
  }

  const isGood = (token: string) => rig.credentials.ofToken(parseToken('lgd', token)!) !== undefined

  it('tells a token in the answer that made it, and never again', async () => {
    const made = await ask('POST', PATH, { name: 'imm-01', kind: 'token', place: PLACE })
    assert.equal(made.status, 201)
    const { secret, ...credential } = made.body
    assert.ok(isGood(secret))
    const one = await ask('GET', `${PATH}/imm-01`)
    assert.deepEqual(one.body, credential)
    const list = await ask('GET', PATH)
    assert.deepEqual(list.body, { credentials: [credential], nextCursor: null })
    assert.ok(!`${one.text}${list.text}`.includes(secret.slice(17)))
    assert.ok(!JSON.stringify(events).includes(secret.slice(17)))
    assert.deepEqual(
      events.map(({ id, result, actor, target }) => ({ id, result, actor, target })),
      [{ id: 'credential_added', result: 'success', actor: 'local', target: 'imm-01' }],
    )
  })

  it('keeps a password out of every answer and of the record', async () => {
    const password = 'correct horse battery'
    const made = await ask('POST', PATH, {
      name: 'plc',
      kind: 'password',
      password,
      attributes: { cell: '7' },
    })
    assert.equal(made.body.secret, null)
    const refused = await ask('POST', PATH, { name: 'plc', kind: 'password', password })
    assert.deepEqual([refused.status, refused.body.code], [409, 'LG_CREDENTIAL_NAME_TAKEN'])
    const listed = await ask('GET', `${PATH}?text=plc`)
    for (const text of [made.text, refused.text, listed.text, JSON.stringify(events)]) {
      assert.ok(!text.includes(password) && !text.includes('scrypt'), text)
    }
    assert.deepEqual(
      events.map(({ result }) => result),
      ['success', 'failure'],
    )
  })

  it('rotates with a grace time, and shows until when', async () => {
    const { secret: old } = (await ask('POST', PATH, { name: 'imm-02', kind: 'token' })).body
    const rotated = await ask('POST', `${PATH}/imm-02/rotate`, { graceMs: 60_000 })
    assert.equal(rotated.status, 200)
    assert.ok(isGood(old) && isGood(rotated.body.secret))
    assert.equal(Date.parse(rotated.body.previousUntil), rig.nowMs + 60_000)
    await ask('POST', `${PATH}/imm-02/rotate`, {})
    assert.ok(!isGood(old) && !isGood(rotated.body.secret))
  })

  it('changes what is given, and empties what is null', async () => {
    await ask('POST', PATH, {
      name: 'imm-03',
      kind: 'token',
      place: PLACE,
      expiresAt: '2099-01-01T00:00:00Z',
    })
    const moved = await ask('PATCH', `${PATH}/imm-03`, { place: 'ningbo/a', profile: 'service' })
    const { place, profile, expiresAt } = moved.body
    assert.deepEqual([place, profile, expiresAt], ['ningbo/a', 'service', '2099-01-01T00:00:00.000Z'])
    const emptied = await ask('PATCH', `${PATH}/imm-03`, { place: null, expiresAt: null })
    assert.deepEqual([emptied.body.place, emptied.body.expiresAt], [null, null])
  })

  it('revokes for good, and removes', async () => {
    const { secret } = (await ask('POST', PATH, { name: 'imm-04', kind: 'token' })).body
    rig.takeRevoked()
    const revoked = await ask('POST', `${PATH}/imm-04/revoke`)
    assert.equal(revoked.body.state, 'revoked')
    assert.deepEqual(rig.takeRevoked(), ['device:imm-04'])
    assert.equal((await ask('POST', `${PATH}/imm-04/rotate`, {})).body.code, 'LG_CREDENTIAL_REVOKED')
    assert.equal((await ask('DELETE', `${PATH}/imm-04`)).status, 204)
    assert.equal((await ask('DELETE', `${PATH}/imm-04`)).body.code, 'LG_CREDENTIAL_UNKNOWN')
    assert.ok(!isGood(secret))
  })

  it('takes a certificate as a file, and no private key', async () => {
    const certificate = { pem: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }
    const broken = await ask('POST', PATH, { name: 'robot', kind: 'certificate', certificate })
    assert.deepEqual([broken.status, broken.body.code], [400, 'LG_CERTIFICATE_UNREADABLE'])
    const key = { pem: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n' }
    const refused = await ask('POST', PATH, { name: 'robot', kind: 'certificate', certificate: key })
    assert.match(refused.body.detail, /private key/)
    const named = { fingerprint: `${'AB:'.repeat(31)}AB` }
    const made = await ask('POST', PATH, { name: 'robot', kind: 'certificate', certificate: named })
    assert.deepEqual(made.body.certificate, { part: 'fingerprint', value: 'ab'.repeat(32) })
    assert.equal(made.body.secret, null)
  })

  it('names what is wrong in words of the request', async () => {
    const wrong = await ask('POST', PATH, { name: 'a/b', kind: 'token', profile: 'nobody', place: '+' })
    assert.equal(wrong.status, 400)
    assert.deepEqual(
      wrong.body.violations.map(({ path }: { path: string }) => path),
      ['body.name', 'body.profile', 'body.place'],
    )
    const kinds = await ask('POST', PATH, { name: 'x', kind: 'magic', secret: 'x' })
    assert.equal(kinds.body.code, 'LG_REQUEST_INVALID')
    const time = await ask('POST', PATH, { name: 'x', kind: 'token', expiresAt: 'tomorrow' })
    assert.equal(time.body.violations[0].path, 'body.expiresAt')
    const cursor = await ask('GET', `${PATH}?cursor=abc`)
    assert.equal(cursor.body.code, 'LG_REQUEST_INVALID')
  })

  it('pages through the list', async () => {
    for (let i = 0; i < 5; i++)
      await ask('POST', PATH, { name: `page-${i}`, kind: 'token', place: `paged/a${i}` })
    const names: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await ask('GET', `${PATH}?scope=paged&limit=2${more}`)
      names.push(...body.credentials.map(({ name }: { name: string }) => name))
      cursor = body.nextCursor
    }
    assert.deepEqual(names, ['page-0', 'page-1', 'page-2', 'page-3', 'page-4'])
  })

  it('answers 503 where no credentials are kept', async () => {
    const bare = await new HttpGateway().start()
    for (const path of [PATH, `${PATH}/x`, '/api/v1/enrolment-codes']) {
      const response = await bare.get(path)
      assert.deepEqual(
        [response.status, ((await response.json()) as { code: string }).code],
        [503, 'LG_CREDENTIALS_UNAVAILABLE'],
      )
    }
    await bare.close()
  })

  describe('enrolment', () => {
    const CODES = '/api/v1/enrolment-codes'
    const makeCode = async (body: object) => (await ask('POST', CODES, body)).body

    it('turns a code into a token, once, and is on record as the device', async () => {
      const made = await makeCode({ name: 'new-01', place: 'ningbo/moulding/line1/new-01' })
      const { body, status } = await ask('POST', '/api/v1/enrol', { code: made.code })
      assert.equal(status, 201)
      assert.ok(isGood(body.token))
      assert.deepEqual(
        { ...body, token: '' },
        {
          name: 'new-01',
          token: '',
          profile: 'device',
          place: 'ningbo/moulding/line1/new-01',
          mqttUrls: ['mqtt://127.0.0.1:1883'],
        },
      )
      const again = await ask('POST', '/api/v1/enrol', { code: made.code })
      const wrong = await ask('POST', '/api/v1/enrol', { code: 'lge_anything' })
      assert.equal(again.status, 403)
      assert.equal(again.text, wrong.text)
      assert.deepEqual(
        events.filter(({ id }) => id !== 'bad_request').map(({ id, actor, target }) => [id, actor, target]),
        [
          ['enrolment_code_made', 'local', made.id],
          ['enrolled', 'device:new-01', 'new-01'],
          ['enrolment_refused', 'anonymous', ''],
          ['enrolment_refused', 'anonymous', ''],
        ],
      )
      assert.ok(!JSON.stringify(events).includes(made.code.slice(17)))
    })

    it('lists codes without what they are, and voids them', async () => {
      const made = await makeCode({ place: 'ningbo/a/b/{name}', uses: 3 })
      await ask('POST', '/api/v1/enrol', { code: made.code, name: 'new-02' })
      const listed = await ask('GET', CODES)
      const { code: _, ...known } = made
      assert.deepEqual(
        listed.body.codes.find(({ id }: { id: string }) => id === made.id),
        { ...known, used: 1 },
      )
      assert.ok(!listed.text.includes(made.code.slice(17)))
      assert.equal((await ask('DELETE', `${CODES}/${made.id}`)).status, 204)
      assert.equal((await ask('DELETE', `${CODES}/${made.id}`)).body.code, 'LG_ENROLMENT_CODE_UNKNOWN')
      const late = await ask('POST', '/api/v1/enrol', { code: made.code, name: 'new-03' })
      assert.equal(late.body.code, 'LG_ENROLMENT_REFUSED')
    })

    it('asks for the name where the code is for any, and does not use it up', async () => {
      const { code } = await makeCode({ place: 'ningbo/a/b/{name}' })
      const nameless = await ask('POST', '/api/v1/enrol', { code })
      assert.equal(nameless.body.violations[0].path, 'body.name')
      assert.equal((await ask('POST', '/api/v1/enrol', { code, name: 'new-04' })).status, 201)
    })

    it('gives no token over a network in clear', async () => {
      const { code } = await makeCode({ name: 'new-05' })
      const init = (proto: string) => ({
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-forwarded-for': '10.1.2.3',
          'x-forwarded-proto': proto,
        },
        body: JSON.stringify({ code }),
      })
      const proxied = await new HttpGateway({
        credentials: rig.credentials,
        enrolment: rig.codes,
        options: { trustedProxies: ['127.0.0.1'] },
      }).start()
      const clear = await proxied.get('/api/v1/enrol', init('http'))
      assert.equal(((await clear.json()) as { code: string }).code, 'LG_ENROLMENT_INSECURE')
      const encrypted = await proxied.get('/api/v1/enrol', init('https'))
      assert.equal(encrypted.status, 201, 'the code was not used up')
      await proxied.close()
    })

    it('has an address wait that tries codes', async () => {
      const statuses = new Set<number>()
      for (let i = 0; i < 30; i++)
        statuses.add((await ask('POST', '/api/v1/enrol', { code: `lge_${i}` })).status)
      assert.ok(statuses.has(429) && statuses.size <= 2, [...statuses].join())
    })
  })
})
