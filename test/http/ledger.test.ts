import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { Counts, SinkStatus } from '../../src/core/counts.js'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface Page {
  totals: Counts
  sinks: SinkStatus[]
  devices: (Counts & { device: string; path: string; lastReceived: string | null })[]
  nextCursor: string | null
}

const LINES = 20
const DEVICES_PER_LINE = 50

describe('GET /api/v1/ledger', () => {
  const gateway = new HttpGateway()

  before(async () => {
    await gateway.start()
    for (let line = 0; line < LINES; line++) {
      for (let n = 0; n < DEVICES_PER_LINE; n++)
        gateway.receive(`ningbo/moulding/line${line}/imm-${n}`, n + 1)
    }
    gateway.receive('', 7)
    await gateway.flush()
  })
  after(() => gateway.close())

  async function page(query: string): Promise<Page> {
    return answerOf<Page>(await gateway.get(`/api/v1/ledger?${query}`))
  }

  async function walk(query: string): Promise<Page['devices']> {
    const rows: Page['devices'] = []
    let cursor: string | null = null
    do {
      const next: Page = await page(cursor === null ? query : `${query}&cursor=${cursor}`)
      rows.push(...next.devices)
      cursor = next.nextCursor
    } while (cursor !== null)
    return rows
  }

  it('walks over 1,000 devices without loss or repetition, and the rows add up to the totals', async () => {
    const rows = await walk('limit=37')
    assert.equal(rows.length, LINES * DEVICES_PER_LINE + 1)
    assert.equal(new Set(rows.map(({ path }) => path)).size, rows.length)
    const { totals } = await page('')
    const sum = (read: (counts: Counts) => number) => rows.reduce((total, row) => total + read(row), 0)
    assert.equal(
      sum(({ messages }) => messages.received),
      totals.messages.received,
    )
    assert.equal(totals.messages.received, (LINES * DEVICES_PER_LINE * (DEVICES_PER_LINE + 1)) / 2 + 7)
    assert.equal(
      sum(({ points }) => points.pending),
      totals.points.pending,
    )
  })

  it('keeps the pages of a walk apart while new devices appear', async () => {
    const first = await page('limit=1000')
    gateway.receive('ningbo/assembly/line1/robot-1')
    await gateway.flush()
    const rest = await page(`limit=1000&cursor=${first.nextCursor}`)
    assert.deepEqual(
      rest.devices.map(({ device }) => device),
      ['imm-49', 'robot-1'],
    )
  })

  it('shows messages of no device as the first row', async () => {
    const { devices, nextCursor } = await page('limit=1')
    assert.deepEqual(
      devices.map(({ device, path, messages }) => [device, path, messages.received, messages.ignored]),
      [['', '', 7, 7]],
    )
    const next = await page(`limit=1&cursor=${nextCursor}`)
    assert.equal(next.devices[0]?.path, 'ningbo/moulding/line0/imm-0')
  })

  it('totals a scope by itself', async () => {
    const { totals, devices } = await page('scope=ningbo/moulding/line3&limit=100')
    assert.equal(devices.length, DEVICES_PER_LINE)
    assert.equal(totals.messages.received, (DEVICES_PER_LINE * (DEVICES_PER_LINE + 1)) / 2)
    assert.equal((await walk('scope=ningbo/moulding/line3&limit=7')).length, DEVICES_PER_LINE)
  })

  it('has no rows for a scope where nothing was seen', async () => {
    assert.deepEqual((await page('scope=shanghai')).devices, [])
    assert.equal((await page('scope=ningbo/mould')).totals.messages.received, 0)
  })

  it('finds a device by its path, and all that share a name, also within a scope', async () => {
    const one = await page('device=ningbo/moulding/line3/imm-4')
    assert.deepEqual(
      one.devices.map(({ path, messages }) => [path, messages.received]),
      [['ningbo/moulding/line3/imm-4', 5]],
    )
    assert.equal((await page('device=imm-4')).devices.length, LINES)
    assert.equal((await page('device=imm-4&scope=ningbo/moulding/line7')).devices.length, 1)
  })

  it('tells when a device was last heard, and carries the sinks', async () => {
    const { devices, sinks } = await page('device=robot-1')
    assert.ok(Date.parse(devices[0]!.lastReceived!) <= Date.now())
    assert.deepEqual(
      sinks.map(({ name, pendingPoints, lagMs }) => [name, pendingPoints, lagMs]),
      [['local', 4, 1_500]],
    )
  })

  it('has null as the time of a device that is known and was not heard', async () => {
    gateway.meet('ningbo/assembly/line1/robot-2')
    assert.equal((await page('device=robot-2')).devices[0]?.lastReceived, null)
  })

  it('answers 404 for a device that was never seen', async () => {
    const problem = await problemIn(
      await gateway.get('/api/v1/ledger?device=nobody'),
      404,
      'LG_DEVICE_UNKNOWN',
    )
    assert.match(problem.detail, /nobody/)
  })

  it('refuses a cursor that is not its own', async () => {
    for (const cursor of ['abc', Buffer.from('letter:4').toString('base64url'), 'ZGV2aWNlOi0x']) {
      const response = await gateway.get(`/api/v1/ledger?cursor=${cursor}`)
      const problem = await problemIn(response, 400, 'LG_REQUEST_INVALID')
      assert.equal(problem.violations?.[0]?.path, 'query.cursor')
    }
  })

  it('lists the devices alone at /api/v1/devices, page by page', async () => {
    const paths: string[] = []
    let query = 'scope=ningbo/moulding&limit=300'
    for (let pages = 0; query !== ''; pages++) {
      assert.ok(pages < 5)
      const response = await gateway.get(`/api/v1/devices?${query}`)
      const { devices, nextCursor } = await answerOf<Page>(response)
      paths.push(...devices.map(({ path }) => path))
      query = nextCursor === null ? '' : `scope=ningbo/moulding&limit=300&cursor=${nextCursor}`
    }
    assert.equal(new Set(paths).size, LINES * DEVICES_PER_LINE)
    assert.equal(paths.length, LINES * DEVICES_PER_LINE)
  })
})
