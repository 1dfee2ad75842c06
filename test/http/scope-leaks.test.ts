import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ROUTES } from '../../src/http/routes/index.js'
import {
  ELSEWHERE,
  HERE,
  NOWHERE,
  SHARED_NAME,
  TwoWorkshops,
  type Workshop,
} from '../support/two-workshops.js'
import { SAMPLES } from './authorization-samples.js'

/** What is told and what is the same a moment later: not the time, nor what counts the whole gateway's life. */
const MOMENT = /"time":"[^"]*"|date: [^\n]*/g

/** Addresses of a workshop, whether it is one, and whose parameters name it. */
function addressesOf({ path, line, device, id, mark, handle, part }: Workshop): string[] {
  const names = [path, line, device, id, mark, `${mark}-${SHARED_NAME}`, `${mark}-line`]
  return [
    ...names.flatMap((name) => [
      `/api/v1/ledger?scope=${name}`,
      `/api/v1/ledger?device=${name}`,
      `/api/v1/tree?depth=4&path=${name}`,
      `/api/v1/production?path=${name}`,
      `/api/v1/devices?scope=${name}`,
      `/api/v1/devices?q=${name}`,
      `/api/v1/devices/${encodeURIComponent(name)}`,
      `/api/v1/devices/${encodeURIComponent(name)}/label.svg`,
      `/api/v1/values?device=${name}`,
      `/api/v1/history?field=${mark}&device=${name}`,
      `/api/v1/history?field=f&measurement=${mark}&device=${name}`,
      `/api/v1/dead-letters?device=${name}`,
    ]),
    `/api/v1/devices?area=${mark}`,
    `/api/v1/devices?line=${mark}-line`,
    `/api/v1/dead-letters?topic=factory/ningbo/${mark}/%23`,
    `/api/handles/${handle}`,
    `/api/handles/${part}`,
    `/api/v1/items/${encodeURIComponent(part)}`,
    `/api/v1/items/${encodeURIComponent(part)}/label.svg`,
    `/api/v1/items/${encodeURIComponent(handle)}/label.svg`,
  ]
}

const PLAIN = [
  '/api/v1/ledger',
  '/api/v1/ledger?limit=1',
  '/api/v1/ledger?scope=ningbo',
  '/api/v1/tree?depth=4',
  '/api/v1/tree?depth=4&path=ningbo',
  '/api/v1/production',
  '/api/v1/production?path=ningbo&depth=4',
  ...['id', '-id', 'name', 'path', 'updatedAt', '-lastReceived'].map(
    (sort) => `/api/v1/devices?sort=${sort}`,
  ),
  '/api/v1/devices?limit=1',
  '/api/v1/devices?site=ningbo',
  '/api/v1/devices?q=line',
  '/api/v1/devices/export',
  '/api/v1/devices/export?format=csv',
  `/api/v1/values?device=${SHARED_NAME}`,
  `/api/v1/history?field=f&device=${SHARED_NAME}`,
  '/api/v1/dead-letters',
  '/api/v1/dead-letters?limit=1',
  '/api/v1/dead-letters?topic=%23',
  '/api/v1/dead-letters?reason=malformed',
  `/api/v1/dead-letters?device=${SHARED_NAME}`,
  '/api/v1/items',
  '/api/v1/items?limit=1',
  '/api/v1/items?kind=part',
]

describe('who sees one workshop', { timeout: 60_000 }, () => {
  const rig = new TwoWorkshops({ stores: [{ name: 'local', query: async () => [] }] })

  before(() => rig.start())
  after(() => rig.close())

  /** Status, headers and body as they came, and cursors as they read. */
  async function bytesOf(name: string, path: string): Promise<{ text: string; json: unknown }> {
    const response = await rig.ask(name, path)
    const body = await response.text()
    const headers = [...response.headers].map((header) => header.join(': ')).join('\n')
    const json = response.headers.get('content-type')?.includes('json') ? JSON.parse(body) : undefined
    const cursor = Buffer.from(json?.nextCursor ?? '', 'base64url').toString()
    return { text: `${response.status}\n${headers}\n${cursor}\n${body}`, json }
  }

  async function pagesOf(name: string, path: string): Promise<string> {
    let { text, json } = await bytesOf(name, path)
    for (let pages = 1; pages < 20; pages++) {
      const { nextCursor } = (json ?? {}) as { nextCursor?: string | null }
      if (nextCursor == null) return text
      const next = await bytesOf(name, `${path}${path.includes('?') ? '&' : '?'}cursor=${nextCursor}`)
      json = next.json
      text += next.text
    }
    assert.fail(`${path} has no end`)
  }

  /** Every address that reads, as the matrix samples it, by whatever is in the other workshop, and by nothing. */
  function everyAddress(): string[] {
    const sampled = ROUTES.flatMap(({ spec }) => {
      if (spec.method !== undefined && spec.method !== 'GET') return []
      const { path } = SAMPLES[`GET ${spec.url}`]!
      return typeof path === 'string' ? [path] : [path(rig, HERE), path(rig, ELSEWHERE)]
    })
    return [...new Set([...sampled, ...PLAIN, ...addressesOf(HERE), ...addressesOf(ELSEWHERE)])]
  }

  it('reads no name of the other at any address, page, header, cursor or error', async () => {
    let read = 0
    for (const path of everyAddress()) {
      // An error repeats what was asked for.
      const asked = path.includes(ELSEWHERE.mark)
      const text = await pagesOf('viewer-here', path)
      const told = asked ? withoutWhatWasAsked(text, path) : text
      assert.ok(!told.includes(ELSEWHERE.mark), `${path}\n${text}`)
      if (text.startsWith('200')) read++
    }
    assert.ok(read > 60, `${read} addresses were answered`)
  })

  it('would have read it as a viewer of the whole plant', async () => {
    const named = []
    for (const path of PLAIN) if ((await pagesOf('viewer', path)).includes(ELSEWHERE.mark)) named.push(path)
    assert.ok(named.length >= 15, named.join(' '))
  })

  it('is told of the other what is told of nothing', async () => {
    const others = addressesOf(NOWHERE)
    for (const [i, path] of addressesOf(ELSEWHERE).entries()) {
      const [there, nowhere] = await Promise.all([
        bytesOf('viewer-here', path),
        bytesOf('viewer-here', others[i]!),
      ])
      const renamed = there.text.replaceAll(ELSEWHERE.mark, NOWHERE.mark)
      assert.equal(renamed.replace(MOMENT, ''), nowhere.text.replace(MOMENT, ''), path)
    }
    const [hidden, none] = await Promise.all([
      bytesOf('viewer-here', `/api/v1/dead-letters/${rig.letterId(ELSEWHERE.device)}`),
      bytesOf('viewer-here', '/api/v1/dead-letters/888888'),
    ])
    const id = String(rig.letterId(ELSEWHERE.device))
    assert.equal(
      hidden.text
        .replace(/letter \d+/, '')
        .replace(/content-length: \d+/, '')
        .replace(MOMENT, ''),
      none.text
        .replace(/letter \d+/, '')
        .replace(/content-length: \d+/, '')
        .replace(MOMENT, ''),
      id,
    )
  })

  it('is given the sums of it, and not of the gateway', async () => {
    const { json } = await bytesOf('viewer-here', '/api/v1/ledger')
    const { totals, sinks, devices } = json as {
      totals: { messages: { received: number } }
      sinks: unknown[]
      devices: { messages: { received: number } }[]
    }
    const sum = devices.reduce((total, { messages }) => total + messages.received, 0)
    assert.deepEqual([totals.messages.received, sinks], [sum, []])
    const all = await bytesOf('viewer', '/api/v1/ledger')
    assert.ok((all.json as typeof json & { totals: typeof totals }).totals.messages.received > sum)
    const summary = await bytesOf('viewer-here', '/api/v1/dead-letters/summary')
    const { count, byReason, removed } = summary.json as {
      count: number
      byReason: object
      removed?: unknown
    }
    assert.deepEqual([count, byReason, removed], [1, { malformed: 1 }, undefined])
  })

  it('finds its own by a name that the other has, too', async () => {
    const { json } = await bytesOf('viewer-here', `/api/v1/values?device=${SHARED_NAME}`)
    assert.deepEqual((json as { path: string }).path, `${HERE.line}/${SHARED_NAME}`)
    const whole = await rig.ask('viewer', `/api/v1/values?device=${SHARED_NAME}`)
    assert.equal(((await whole.json()) as { code: string }).code, 'LG_DEVICE_AMBIGUOUS')
  })

  it('goes no further with a cursor of someone who sees more', async () => {
    for (const list of ['/api/v1/devices', '/api/v1/ledger', '/api/v1/dead-letters', '/api/v1/items']) {
      const { json } = await bytesOf('viewer', `${list}?limit=1`)
      const { nextCursor } = json as { nextCursor: string }
      const { text } = await bytesOf('viewer-here', `${list}?cursor=${nextCursor}`)
      assert.ok(text.startsWith('200') && !text.includes(ELSEWHERE.mark), text)
    }
  })

  const send = async (name: string, method: string, path: string, body: unknown, headers: object = {}) => {
    const answer = await rig.ask(name, path, {
      method,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...headers },
    })
    return [answer.status, ((await answer.json()) as { code?: string }).code]
  }

  it('brings nothing in, takes nothing out, and learns of an id elsewhere only that it is taken', async () => {
    const here = { site: 'ningbo', area: HERE.mark, line: `${HERE.mark}-line` }
    const address = `/api/v1/devices/${HERE.id}`
    for (const move of [{ area: ELSEWHERE.mark }, { area: null }, { site: 'other' }]) {
      assert.deepEqual(await send('engineer-here', 'PATCH', address, move), [403, 'LG_PLACE_OUT_OF_SCOPE'])
    }
    const there = { ...here, area: ELSEWHERE.mark }
    assert.deepEqual(await send('engineer-here', 'PUT', '/api/v1/devices/new', there), [
      403,
      'LG_PLACE_OUT_OF_SCOPE',
    ])
    const taken = await send('engineer-here', 'PUT', `/api/v1/devices/${ELSEWHERE.id}`, here)
    assert.deepEqual(taken, [409, 'LG_DEVICE_ID_TAKEN'])
    assert.equal(rig.gateway.devices.byId(ELSEWHERE.id)?.path, ELSEWHERE.device)
    const response = await rig.ask('engineer-here', '/api/v1/devices/new', {
      method: 'PUT',
      body: JSON.stringify({ ...here, identifier: ELSEWHERE.handle }),
      headers: { 'content-type': 'application/json' },
    })
    const text = await response.text()
    assert.equal(response.status, 409)
    assert.ok(!text.replaceAll(ELSEWHERE.handle, '').includes(ELSEWHERE.mark), text)
  })

  it('replays and purges none of the other letters, by filter or by id', async () => {
    const before = rig.letterId(ELSEWHERE.device)
    const headers = { 'content-type': 'application/json' }
    const post = async (path: string, body: object) =>
      (await rig.ask('engineer-here', path, { method: 'POST', body: JSON.stringify(body), headers })).json()
    const replayed = await post('/api/v1/dead-letters/replay', { ids: [before] })
    assert.deepEqual(replayed, {
      dryRun: false,
      replayed: 0,
      refusedAgain: {},
      unroutable: 0,
      skipped: 1,
      nextCursor: null,
    })
    const all = (await post('/api/v1/dead-letters/replay', { filter: {} })) as { unroutable: number }
    assert.equal(all.unroutable, 1)
    const purged = (await post('/api/v1/dead-letters/purge', { filter: { reason: 'malformed' } })) as {
      count: number
    }
    assert.equal(purged.count, 1)
    assert.equal(rig.letterId(ELSEWHERE.device), before)
  })
})

/** What an answer says beside what it was asked. */
function withoutWhatWasAsked(text: string, path: string): string {
  const url = new URL(path, 'http://gateway')
  const parts = [url.pathname, ...url.pathname.split('/'), ...url.searchParams.values()]
  const asked = [...parts, ...parts.map(decodeURIComponent)].filter((part) => part.includes(ELSEWHERE.mark))
  let rest = text
  for (const part of asked.sort((a, b) => b.length - a.length)) rest = rest.replaceAll(part, '')
  return rest
}
