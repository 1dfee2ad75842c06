import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { encode } from 'uqr'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'
import { HANDLE, IdentifierRig, TOKEN } from '../support/identifier-rig.js'

interface Answer {
  readonly responseCode: number
  readonly handle: string
  readonly message?: string
  readonly values?: readonly {
    readonly index: number
    readonly type: string
    readonly data: { value: string }
  }[]
}

const LOT = '88.608.8889/lot/7 批次?#%'
const PATH = `/api/v1/items/${encodeURIComponent(LOT)}`
const BATCH = {
  kind: 'batch',
  name: { zh: '批次七' },
  values: [{ index: 100, type: 'HEAT', data: { format: 'string', value: 'A-1' } }],
}

describe('identifiers over HTTP', () => {
  const rig = new IdentifierRig()
  const gateway = new HttpGateway({ identifiers: rig.identifiers })

  before(async () => {
    await gateway.start()
    rig.registry.put({ id: 'imm/01', name: { zh: '注塑机', en: 'Machine <1> & "2"' }, identifier: HANDLE })
  })
  after(async () => {
    await gateway.close()
    await rig.close()
  })

  const resolve = async (path: string, init: RequestInit = {}): Promise<[number, Answer]> => {
    const response = await gateway.get(`/api/handles/${path}`, init)
    return [response.status, (await response.json()) as Answer]
  }
  const send = (method: string, body: unknown, headers: Record<string, string> = {}, path = PATH) =>
    gateway.get(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    })

  it('answers in the form of Handle servers, with the slash written either way', async () => {
    const plain = await resolve(HANDLE)
    assert.deepEqual(plain, await resolve(encodeURIComponent(HANDLE)))
    const [status, { responseCode, handle, values }] = plain
    assert.deepEqual([status, responseCode, handle], [200, 1, HANDLE])
    assert.deepEqual(values?.[0], {
      index: 1,
      type: 'URL',
      data: { format: 'string', value: `${gateway.url}/#/devices/imm%2F01` },
      ttl: 86_400,
      timestamp: '2023-11-14T22:13:20.000Z',
    })
  })

  it('takes types and indexes more than once', async () => {
    const types = async (query: string) =>
      (await resolve(`${HANDLE}?${query}`))[1].values?.map(({ type }) => type)
    assert.deepEqual(await types('type=URL'), ['URL'])
    assert.deepEqual(await types('type=NAME.&index=11&index=4&type=URL'), [
      'URL',
      'NAME.ZH',
      'NAME.EN',
      'KIND',
      'DEVICE',
    ])
    const wrong = await gateway.get(`/api/handles/${HANDLE}?index=first`)
    await problemIn(wrong, 400, 'LG_REQUEST_INVALID')
    await problemIn(await gateway.get(`/api/handles/${HANDLE}?typ=URL`), 400, 'LG_REQUEST_INVALID')
  })

  it('has the HTTP status that Handle servers give with each code', async () => {
    const outcomes = async (path: string, init: RequestInit = {}) => {
      const [status, { responseCode, values, message }] = await resolve(path, init)
      assert.equal(values, undefined)
      assert.doesNotMatch(message ?? '', /[{}]/)
      return [status, responseCode]
    }
    assert.deepEqual(await outcomes('88.608.8889/nothing'), [404, 100])
    assert.deepEqual(await outcomes('88.608/nothing'), [400, 102])
    assert.deepEqual(await outcomes(`${HANDLE}?type=EMAIL`), [200, 200])
    assert.deepEqual(await outcomes(HANDLE, { headers: { authorization: 'Bearer wrong' } }), [403, 403])
  })

  it('asks for a token when private values are asked for', async () => {
    const values = [{ ...BATCH.values[0], permissions: 'private' }]
    const path = '/api/v1/items/88.608.8889%2Fsecret'
    const authorization = `Bearer ${TOKEN}`
    await problemIn(await send('PUT', { ...BATCH, values }, {}, path), 401, 'LG_HANDLE_TOKEN_REQUIRED')
    assert.equal((await send('PUT', { ...BATCH, values }, { authorization }, path)).status, 201)
    const refused = await gateway.get('/api/handles/88.608.8889/secret?publicOnly=false')
    assert.equal(refused.status, 401)
    assert.equal(refused.headers.get('www-authenticate'), 'Bearer')
    assert.equal(((await refused.json()) as Answer).responseCode, 402)
    const [, open] = await resolve('88.608.8889/secret')
    assert.ok(!JSON.stringify(open).includes('A-1'))
    const [, whole] = await resolve('88.608.8889/secret', { headers: { authorization } })
    assert.ok(JSON.stringify(whole).includes('A-1'))
  })

  it('never answers 500, whatever is asked', async () => {
    const odd = [
      '',
      '/',
      '%00',
      '%',
      '%zz',
      '%ff',
      '88.608.8889/%00',
      '..',
      '../info',
      '%2e%2e/info',
      '%252F',
    ]
    const more = [
      'a'.repeat(8_000),
      '%F0%A0%AE%B7'.repeat(600),
      '88.608.8889/%0d%0aX:1',
      '88.1.2/x?type=%00',
      '?index=1',
    ]
    const ids = [
      ...odd,
      ...more,
      '88.1.2/\'"<script>',
      'did:x:%',
      '1.2.3',
      '88.1.2/{x}',
      '__proto__/x',
      '88.1.2/\\',
    ]
    for (const id of ids) {
      const head = `GET /api/handles/${id.replaceAll(/[^\x21-\x7e]/g, encodeURIComponent)} HTTP/1.1\r\nHost: ${new URL(gateway.url).host}\r\nConnection: close\r\n\r\n`
      const answer = await gateway.raw(head)
      assert.match(answer, /^HTTP\/1\.1 (400|404|200) /, id)
    }
  })

  it('decodes what is encoded once', async () => {
    const input = { kind: 'part' }
    const path = `/api/v1/items/${encodeURIComponent('88.608.8889/a%2Fb')}`
    assert.equal((await send('PUT', input, {}, path)).status, 201)
    assert.equal((await resolve('88.608.8889/a%252Fb'))[1].handle, '88.608.8889/a%2Fb')
    assert.equal((await resolve('88.608.8889/a%2Fb'))[0], 404)
  })

  it('registers an item, shows it, resolves it, and removes it', async () => {
    const created = await send('PUT', BATCH)
    assert.equal(created.status, 201)
    const item = (await created.json()) as object
    const shown = await gateway.get(PATH)
    assert.equal(shown.headers.get('etag'), created.headers.get('etag'))
    assert.deepEqual(await shown.json(), item)
    assert.deepEqual(item, {
      handle: LOT,
      kind: 'batch',
      name: { zh: '批次七', en: '' },
      values: [
        {
          ...BATCH.values[0],
          ttl: 86_400,
          permissions: 'public',
          timestamp: new Date(rig.nowMs).toISOString(),
        },
      ],
      revision: 1,
      updatedAt: new Date(rig.nowMs).toISOString(),
    })
    const [, answer] = await resolve(`${encodeURIComponent(LOT)}?type=HEAT`)
    assert.deepEqual(
      answer.values?.map(({ data }) => data.value),
      ['A-1'],
    )
    assert.equal((await send('DELETE', undefined)).status, 204)
    await problemIn(await gateway.get(PATH), 404, 'LG_HANDLE_UNKNOWN')
  })

  it('lets no editor overwrite what another one wrote', async () => {
    const created = await send('PUT', BATCH, { 'if-none-match': '*' })
    const tag = created.headers.get('etag')!
    await problemIn(await send('PUT', BATCH, { 'if-none-match': '*' }), 412, 'LG_ITEM_CHANGED')
    assert.equal((await send('PUT', BATCH, { 'if-match': `"other", ${tag}` })).status, 200)
    await problemIn(await send('PUT', BATCH, { 'if-match': tag }), 412, 'LG_ITEM_CHANGED')
    await problemIn(await send('DELETE', undefined, { 'if-match': tag }), 412, 'LG_ITEM_CHANGED')
    assert.equal((await send('DELETE', undefined, { 'if-match': '*' })).status, 204)
    await problemIn(await send('PUT', BATCH, { 'if-match': '*' }), 412, 'LG_ITEM_CHANGED')
    rig.nowMs += 1
    const again = await send('PUT', BATCH)
    assert.notEqual(again.headers.get('etag'), tag, 'a new item is not the one before')
    await send('DELETE', undefined)
  })

  it('refuses items that are not right, with what is wrong', async () => {
    const refused = async (body: unknown, code: string, status = 400) =>
      (await problemIn(await send('PUT', body), status, code)).detail
    assert.match(await refused({ kind: 'pallet' }, 'LG_REQUEST_INVALID'), /part, batch, order, device/)
    assert.match(await refused({ ...BATCH, colour: 1 }, 'LG_REQUEST_INVALID'), /colour is not known here/)
    assert.match(
      await refused({ kind: 'part', device: 'nobody' }, 'LG_ITEM_INVALID'),
      /nobody is not registered/,
    )
    const taken = await send('PUT', { kind: 'part' }, {}, `/api/v1/items/${encodeURIComponent(HANDLE)}`)
    assert.match((await problemIn(taken, 409, 'LG_HANDLE_TAKEN')).detail, /the device imm\/01/)
    await problemIn(await send('PUT', BATCH, {}, '/api/v1/items/88.608'), 400, 'LG_HANDLE_INVALID')
    await problemIn(await send('POST', BATCH), 405, 'LG_METHOD_NOT_ALLOWED')
  })

  it('lists items in pages', async () => {
    for (const n of [1, 2, 3])
      await send('PUT', { kind: 'order' }, {}, `/api/v1/items/88.608.8889%2Forder-${n}`)
    const handles: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const page = await answerOf<{ items: { handle: string }[]; nextCursor: string | null }>(
        await gateway.get(`/api/v1/items?kind=order&limit=2${query}`),
      )
      handles.push(...page.items.map(({ handle }) => handle))
      cursor = page.nextCursor
    }
    assert.deepEqual(
      handles,
      [1, 2, 3].map((n) => `88.608.8889/order-${n}`),
    )
    for (const bad of [
      'x',
      Buffer.from('item:\0').toString('base64url'),
      Buffer.from(`item:${'x'.repeat(1_500)}`).toString('base64url'),
    ])
      await problemIn(await gateway.get(`/api/v1/items?cursor=${bad}`), 400, 'LG_REQUEST_INVALID')
  })

  it('has labels whose code leads to the device, or to the record of the item', async () => {
    await send('PUT', BATCH)
    const device = await gateway.get('/api/v1/devices/imm%2F01/label.svg')
    assert.equal(device.headers.get('content-type'), 'image/svg+xml')
    assert.ok(holds(await device.text(), `${gateway.url}/#/devices/imm%2F01`))
    const ofHandle = await gateway.get(`/api/v1/items/${encodeURIComponent(HANDLE)}/label.svg`)
    assert.ok(holds(await ofHandle.text(), `${gateway.url}/#/devices/imm%2F01`))
    const item = await gateway.get(`${PATH}/label.svg`)
    const address = `${gateway.url}/api/handles/88.608.8889/${encodeURIComponent(LOT.slice(12))}`
    assert.ok(holds(await item.text(), address))
    assert.equal(((await (await fetch(address)).json()) as Answer).handle, LOT)
    await problemIn(await gateway.get('/api/v1/devices/nobody/label.svg'), 404, 'LG_DEVICE_UNKNOWN')
    await problemIn(await gateway.get('/api/v1/items/88.1.2%2Fx/label.svg'), 404, 'LG_HANDLE_UNKNOWN')
  })
})

/** Whether the path of the label is the code of this text, module by module. */
function holds(svg: string, text: string): boolean {
  const { data } = encode(text, { ecc: 'M', boostEcc: true, border: 0 })
  const drawn = data.map((row) => row.map(() => false))
  for (const [, x, y, length] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    drawn[Number(y)]?.fill(true, Number(x), Number(x) + Number(length))
  }
  assert.match(svg, /M\d+ \d+h7v1h-7z/, 'it has the frame of a finder pattern')
  return JSON.stringify(drawn) === JSON.stringify(data)
}
