import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface DeviceAnswer {
  id: string
  status: string
  path: string
  revision: number
  name: { zh: string; en: string }
  labels: Record<string, string>
  expectedIntervalMs?: number
  addresses: string[]
}

const JSON_TYPE = 'application/json'
const PATCH_TYPE = 'application/merge-patch+json'

describe('/api/v1/devices/{id}', () => {
  const gateway = new HttpGateway()

  before(() => gateway.start())
  after(() => gateway.close())

  const address = (id: string) => `/api/v1/devices/${encodeURIComponent(id)}`
  const send = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    gateway.get(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: body === undefined ? headers : { 'content-type': JSON_TYPE, ...headers },
    })
  const put = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    send('PUT', address(id), body, headers)
  const patch = (id: string, body: unknown, headers: Record<string, string> = {}) =>
    send('PATCH', address(id), body, { 'content-type': PATCH_TYPE, ...headers })
  const read = async (id: string) => answerOf<DeviceAnswer>(await gateway.get(address(id)))

  it('registers a device with PUT, and answers it with its entity tag', async () => {
    const created = await put('imm-01', {
      name: { zh: '注塑机' },
      site: 'ningbo',
      area: 'moulding',
      line: 'line1',
      sector: '29',
      expectedIntervalMs: 1000,
      labels: { owner: 'zhang' },
    })
    assert.equal(created.headers.get('etag'), '"1"')
    const device = await answerOf<DeviceAnswer>(created, 201, 'PUT')
    assert.equal(device.path, 'ningbo/moulding/line1/imm-01')
    const got = await gateway.get(address('imm-01'))
    assert.equal(got.headers.get('etag'), '"1"')
    assert.deepEqual(await answerOf(got), device)
    assert.deepEqual([device.status, device.revision, device.name.zh], ['confirmed', 1, '注塑机'])
  })

  it('replaces a device as a whole with PUT', async () => {
    const response = await put('imm-01', { site: 'suzhou' })
    assert.equal(response.headers.get('etag'), '"2"')
    const device = await answerOf<DeviceAnswer>(response, 200, 'PUT')
    assert.deepEqual(
      [device.path, device.labels, device.expectedIntervalMs],
      ['suzhou/imm-01', {}, undefined],
    )
    assert.deepEqual(device.addresses, ['suzhou/imm-01', 'ningbo/moulding/line1/imm-01'])
  })

  it('takes ids with slashes, percent signs, spaces and Chinese in them, of up to 128 characters', async () => {
    for (const id of [
      'a/b',
      'a%2Fb',
      '100%',
      ' x ',
      'a?b#c',
      '注塑机-01',
      'x'.repeat(128),
      '机'.repeat(128),
    ]) {
      await answerOf(await put(id, { site: 'ids' }), 201, 'PUT')
      assert.equal((await read(id)).id, id)
      await answerOf(await send('POST', `${address(id)}/confirm`), 200, 'POST')
      assert.equal((await send('DELETE', address(id))).status, 204)
      await problemIn(await gateway.get(address(id)), 404, 'LG_DEVICE_ID_UNKNOWN')
    }
    await problemIn(await put('x'.repeat(129), {}), 400, 'LG_REQUEST_INVALID')
  })

  it('names all that is wrong with a body at once', async () => {
    const wrong = {
      site: 'a/b',
      sector: '99',
      expectedIntervalMs: '1000',
      colour: 'red',
      name: { de: 'x', zh: 1 },
      labels: { a: null },
    }
    const { violations } = await problemIn(await put('bad', wrong), 400, 'LG_REQUEST_INVALID')
    const paths = violations?.map(({ path }) => path).sort()
    assert.deepEqual(paths, [
      'body.colour',
      'body.expectedIntervalMs',
      'body.labels.a',
      'body.name.de',
      'body.name.zh',
      'body.sector',
      'body.site',
    ])
    for (const body of [[], 'text', 7, null]) {
      const problem = await problemIn(await put('bad', body), 400, 'LG_REQUEST_INVALID')
      assert.equal(problem.violations?.[0]?.path, 'body')
    }
    await problemIn(await gateway.get(address('bad')), 404, 'LG_DEVICE_ID_UNKNOWN')
  })

  it('refuses a body of another type, and one that is not JSON', async () => {
    for (const type of ['text/plain', 'application/xml', PATCH_TYPE]) {
      const response = await put('imm-01', { site: 'x' }, { 'content-type': type })
      assert.match((await problemIn(response, 415, 'LG_MEDIA_TYPE_UNSUPPORTED')).action, /application\/json/)
    }
    const broken = await gateway.get(address('imm-01'), {
      method: 'PUT',
      body: '{"site":',
      headers: { 'content-type': JSON_TYPE },
    })
    await problemIn(broken, 400, 'LG_REQUEST_INVALID')
    await problemIn(await send('PUT', address('imm-01')), 400, 'LG_REQUEST_INVALID')
    assert.equal((await read('imm-01')).path, 'suzhou/imm-01')
  })

  it('changes with PATCH what is stated, empties what is null, and leaves the rest', async () => {
    await put('robot', {
      site: 'suzhou',
      vendor: 'KUKA',
      name: { zh: '机器人', en: 'Robot' },
      expectedIntervalMs: 500,
      labels: { a: '1', b: '2' },
    })
    const changes = {
      line: 'l1',
      vendor: null,
      name: { zh: null },
      expectedIntervalMs: null,
      labels: { a: null, c: '3' },
    }
    const device = await answerOf<DeviceAnswer & { vendor: string }>(
      await patch('robot', changes),
      200,
      'PATCH',
    )
    assert.deepEqual(
      [device.path, device.vendor, device.name, device.expectedIntervalMs, device.labels],
      ['suzhou/l1/robot', '', { zh: '', en: 'Robot' }, undefined, { b: '2', c: '3' }],
    )
    const asJson = await patch('robot', { line: 'l2' }, { 'content-type': JSON_TYPE })
    assert.equal((await answerOf<DeviceAnswer>(asJson, 200, 'PATCH')).path, 'suzhou/l2/robot')
    await problemIn(await patch('nobody', { line: 'x' }), 404, 'LG_DEVICE_ID_UNKNOWN')
    const { violations } = await problemIn(
      await patch('robot', { sector: 1, id: 'x' }),
      400,
      'LG_REQUEST_INVALID',
    )
    assert.deepEqual(violations?.map(({ path }) => path).sort(), ['body.id', 'body.sector'])
  })

  it('answers 304 while the entity tag that is known is right', async () => {
    const { revision } = await read('robot')
    for (const known of [`"${revision}"`, `W/"${revision}"`, `"x", "${revision}"`, '*']) {
      const response = await gateway.get(address('robot'), { headers: { 'if-none-match': known } })
      assert.deepEqual([response.status, await response.text()], [304, ''])
      assert.equal(response.headers.get('etag'), `"${revision}"`)
    }
    const other = await gateway.get(address('robot'), { headers: { 'if-none-match': '"999"' } })
    assert.equal(other.status, 200)
  })

  it('lets only the first of two editors change what both have read', async () => {
    await put('shared', { site: 'a' })
    const tag = (await gateway.get(address('shared'))).headers.get('etag')!
    await answerOf(await patch('shared', { area: 'mine' }, { 'if-match': tag }), 200, 'PATCH')
    for (const late of [
      await patch('shared', { area: 'late' }, { 'if-match': tag }),
      await put('shared', { area: 'late' }, { 'if-match': tag }),
      await send('DELETE', address('shared'), undefined, { 'if-match': tag }),
      await send('POST', `${address('shared')}/reject`, undefined, { 'if-match': tag }),
      await patch('shared', { area: 'late' }, { 'if-match': 'W/"2"' }),
      await patch('shared', { area: 'late' }, { 'if-match': 'nonsense' }),
    ]) {
      assert.equal(late.headers.get('etag'), '"2"')
      await problemIn(late, 412, 'LG_DEVICE_CHANGED')
    }
    assert.equal((await read('shared')).path, 'a/mine/shared')
    await answerOf(await patch('shared', { area: 'b' }, { 'if-match': '"7", "2"' }), 200, 'PATCH')
    await answerOf(await patch('shared', { area: 'c' }, { 'if-match': '*' }), 200, 'PATCH')
    await problemIn(await put('not-there', {}, { 'if-match': '*' }), 412, 'LG_DEVICE_CHANGED')
  })

  it('lets only one of many who write at the same time through, by its tag', async () => {
    await put('race', { site: 'race' })
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => patch('race', { area: `a${n}` }, { 'if-match': '"1"' })),
    )
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412, 412, 412, 412, 412])
    assert.equal((await read('race')).revision, 2)
  })

  it('creates with If-None-Match: * only what is not there', async () => {
    await answerOf(await put('once', { site: 'x' }, { 'if-none-match': '*' }), 201, 'PUT')
    const again = await put('once', { site: 'y' }, { 'if-none-match': '*' })
    assert.equal(again.headers.get('etag'), '"1"')
    await problemIn(again, 412, 'LG_DEVICE_CHANGED')
    assert.equal((await read('once')).path, 'x/once')
  })

  it('refuses a place that is taken, and frees it with DELETE', async () => {
    await put('first', { site: 'p', device: 'place' })
    const { detail } = await problemIn(
      await put('second', { site: 'p', device: 'place' }),
      409,
      'LG_DEVICE_PLACE_TAKEN',
    )
    assert.match(detail, /p\/place is that of the device first/)
    assert.equal((await send('DELETE', address('first'), undefined, { 'if-match': '"1"' })).status, 204)
    await answerOf(await put('second', { site: 'p', device: 'place' }), 201, 'PUT')
    await problemIn(await send('DELETE', address('first')), 404, 'LG_DEVICE_ID_UNKNOWN')
  })

  it('confirms and rejects what was discovered; a rejected device is in no tree, and can be confirmed again', async () => {
    gateway.receive('ningbo/dock/berth1/crane-1', 3)
    await gateway.flush()
    assert.equal((await read('crane-1')).status, 'discovered')
    const confirmed = await send('POST', `${address('crane-1')}/confirm`)
    assert.equal((await answerOf<DeviceAnswer>(confirmed, 200, 'POST')).status, 'confirmed')
    const rejected = await send('POST', `${address('crane-1')}/reject`)
    assert.equal((await answerOf<DeviceAnswer>(rejected, 200, 'POST')).status, 'rejected')
    assert.equal(gateway.devices.tree.node('ningbo/dock'), undefined)
    assert.equal((await read('crane-1')).path, 'ningbo/dock/berth1/crane-1')
    await answerOf(await send('POST', `${address('crane-1')}/confirm`), 200, 'POST')
    assert.notEqual(gateway.devices.tree.node('ningbo/dock'), undefined)
    await problemIn(await send('POST', `${address('nobody')}/confirm`), 404, 'LG_DEVICE_ID_UNKNOWN')
  })

  it('keeps the counts of devices that were removed or rejected readable', async () => {
    gateway.receive('ningbo/dock/berth1/crane-2', 2)
    gateway.receive('ningbo/dock/berth1/crane-3', 4)
    await gateway.flush()
    await send('DELETE', address('crane-2'))
    await send('POST', `${address('crane-3')}/reject`)
    for (const path of ['/api/v1/ledger', '/api/v1/devices', '/api/v1/ledger?scope=ningbo']) {
      await answerOf(await gateway.get(path))
    }
    await problemIn(await gateway.get('/api/v1/values?device=crane-2'), 404, 'LG_DEVICE_UNKNOWN')
    const { devices, totals } = await answerOf<{
      devices: { path: string; removed?: true; messages: { received: number } }[]
      totals: { messages: { received: number } }
    }>(await gateway.get('/api/v1/ledger?limit=1000'))
    assert.equal(devices.filter(({ removed }) => removed).length, 1)
    const sum = devices.reduce((total, { messages }) => total + messages.received, 0)
    assert.equal(sum, totals.messages.received, 'the rows add up to the totals')
  })

  it('is refused with a body that is larger than the limit', async () => {
    const response = await put('large', { vendor: 'x'.repeat(1_100_000) })
    await problemIn(response, 413, 'LG_REQUEST_TOO_LARGE')
  })
})
