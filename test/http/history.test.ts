import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { FieldType, PointBatch } from '../../src/core/point-batch.js'
import type { HistoryRow } from '../../src/core/sink.js'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

interface History {
  device: string
  path: string
  sink: string
  from: string
  to: string
  every?: string
  aggregate?: string
  rows: HistoryRow[]
  truncated: boolean
}

const HOUR_MS = 3_600_000

describe('history and values', () => {
  const gateway = new HttpGateway()

  before(async () => {
    await gateway.start()
    for (const path of ['ningbo/moulding/line1/imm-01', 'ningbo/moulding/line1/cpe', 'ningbo/port/q1/cpe']) {
      gateway.receive(path)
    }
    await gateway.flush()
  })
  after(() => gateway.close())

  async function history(query: string): Promise<History> {
    return answerOf<History>(await gateway.get(`/api/v1/history?device=imm-01&field=temperature${query}`))
  }

  async function violationOf(query: string): Promise<string | undefined> {
    const response = await gateway.get(`/api/v1/history?device=imm-01&field=temperature${query}`)
    return (await problemIn(response, 400, 'LG_REQUEST_INVALID')).violations?.map(({ path }) => path).join()
  }

  it('asks the primary sink for the last hour of the device, and gives its rows', async () => {
    gateway.answer = async () => [{ time: '2026-01-31T08:00:00Z', value: 213.4 }]
    const { device, path, sink, rows, truncated } = await history('')
    assert.deepEqual([device, path, sink], ['imm-01', 'ningbo/moulding/line1/imm-01', 'local'])
    assert.deepEqual([rows, truncated], [[{ time: '2026-01-31T08:00:00Z', value: 213.4 }], false])
    const { tags, field, fromMs, toMs, everyMs } = gateway.asked!
    assert.deepEqual(tags, { site: 'ningbo', area: 'moulding', line: 'line1', device: 'imm-01' })
    assert.deepEqual([field, toMs - fromMs, everyMs], ['temperature', HOUR_MS, undefined])
  })

  it('gives integers beyond 2^53 as digits, and every other value as it is', async () => {
    const values = [9_007_199_254_740_993n, 'running', true, -1.5]
    gateway.answer = async () => values.map((value) => ({ time: '2026-01-31T08:00:00Z', value }))
    const { rows } = await history('')
    assert.deepEqual(
      rows.map(({ value }) => value),
      ['9007199254740993', 'running', true, -1.5],
    )
  })

  it('says when there are more rows than the limit', async () => {
    gateway.answer = async ({ limit }) =>
      Array.from({ length: Math.min(limit, 5) }, (_, i) => ({ time: '2026-01-31T08:00:00Z', value: i }))
    assert.deepEqual(
      [(await history('&limit=4')).rows.length, (await history('&limit=4')).truncated],
      [4, true],
    )
    assert.deepEqual(
      [(await history('&limit=5')).rows.length, (await history('&limit=5')).truncated],
      [5, false],
    )
  })

  it('passes windows, aggregate, measurement and times on', async () => {
    gateway.answer = async () => []
    const answer = await history(
      '&every=10s&aggregate=mean&measurement=telemetry&from=2026-01-31T08:00:00%2B08:00&to=1769821200000',
    )
    const { everyMs, aggregate, measurement, fromMs, toMs } = gateway.asked!
    assert.deepEqual([everyMs, aggregate, measurement], [10_000, 'mean', 'telemetry'])
    assert.deepEqual([fromMs, toMs], [1_769_817_600_000, 1_769_821_200_000])
    assert.deepEqual([answer.every, answer.aggregate], ['10s', 'mean'])
  })

  it('takes a plus sign of an offset that was not encoded', async () => {
    const { from } = await history('&from=2026-01-31T08:00:00+08:00&to=2026-02-01')
    assert.equal(from, '2026-01-31T00:00:00.000Z')
  })

  it('takes the last value of a window when no aggregate is named', async () => {
    assert.equal((await history('&every=1m')).aggregate, 'last')
  })

  it('asks the sink that is named', async () => {
    const { sink, rows } = await history('&sink=influx')
    assert.deepEqual([sink, rows[0]?.value], ['influx', 'influx'])
    assert.equal(await violationOf('&sink=other'), 'query.sink')
  })

  it('names the parameter that is wrong', async () => {
    assert.equal(await violationOf('&from=yesterday'), 'query.from')
    assert.equal(await violationOf('&from=2026-02-30T00:00:00Z'), 'query.from')
    assert.equal(await violationOf('&to=99999999999999999'), 'query.to')
    assert.equal(await violationOf('&from=-1m&to=-1h'), 'query.from')
    assert.equal(await violationOf('&every=0'), 'query.every')
    assert.equal(await violationOf('&every=tenseconds'), 'query.every')
    assert.equal(await violationOf('&aggregate=mean'), 'query.every')
    assert.equal(await violationOf('&aggregate=median&every=1m'), 'query.aggregate')
    assert.equal(await violationOf('&every=1ms&from=0'), 'query.every')
    assert.equal(await violationOf('&limit=10001'), 'query.limit')
    assert.equal(await violationOf('&limit=many'), 'query.limit')
    assert.equal(await violationOf('&feild=x&limit=0'), 'query.feild,query.limit')
    assert.equal(await violationOf('&field=x'), 'query.field')
  })

  it('lists the paths when a name is that of two devices', async () => {
    const response = await gateway.get('/api/v1/history?device=cpe&field=rsrp')
    const { detail } = await problemIn(response, 400, 'LG_DEVICE_AMBIGUOUS')
    assert.match(detail, /ningbo\/moulding\/line1\/cpe, ningbo\/port\/q1\/cpe/)
    assert.equal((await gateway.get('/api/v1/history?device=ningbo/port/q1/cpe&field=rsrp')).status, 200)
  })

  it('answers 404 for a device that was never seen and 400 without a device', async () => {
    await problemIn(await gateway.get('/api/v1/history?device=x&field=y'), 404, 'LG_DEVICE_UNKNOWN')
    const missing = await problemIn(await gateway.get('/api/v1/history'), 400, 'LG_REQUEST_INVALID')
    assert.deepEqual(
      missing.violations?.map(({ path }) => path),
      ['query.device', 'query.field'],
    )
  })

  it('answers 503 with the words of the sink when it fails', async () => {
    gateway.answer = async () => {
      throw new Error('connect ECONNREFUSED 127.0.0.1:8086')
    }
    const response = await gateway.get('/api/v1/history?device=imm-01&field=temperature')
    const { detail } = await problemIn(response, 503, 'LG_HISTORY_UNAVAILABLE')
    assert.match(detail, /local.*ECONNREFUSED/)
  })

  it('answers 503 when the sink does not answer in time', async () => {
    const stuck = new HttpGateway({
      devices: gateway.devices,
      stores: [{ name: 'stuck', query: () => new Promise(() => undefined) }],
      options: { answerTimeoutMs: 50 },
    })
    await stuck.start()
    const response = await stuck.get('/api/v1/history?device=imm-01&field=temperature')
    await problemIn(response, 503, 'LG_REQUEST_TOOK_TOO_LONG')
    await stuck.close()
  })

  it('gives the newest values of a device', async () => {
    const batch = new PointBatch()
    batch.field('temperature', FieldType.float, '213.4')
    batch.field('state', FieldType.string, 'running')
    batch.point('', [], '')
    const { slot } = gateway.meet('ningbo/moulding/line1/imm-01')
    gateway.latest.series(slot, 'telemetry').note(batch, 0, '1769817600123000000')
    const response = await gateway.get('/api/v1/values?device=imm-01')
    const { values } = await answerOf<{ values: unknown[] }>(response)
    const time = '2026-01-31T00:00:00.123Z'
    assert.deepEqual(values, [
      { measurement: 'telemetry', field: 'temperature', value: 213.4, time },
      { measurement: 'telemetry', field: 'state', value: 'running', time },
    ])
    await problemIn(await gateway.get('/api/v1/values?device=cpe'), 400, 'LG_DEVICE_AMBIGUOUS')
  })
})
