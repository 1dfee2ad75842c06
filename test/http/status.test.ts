import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { answerOf } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

const DEVICE = 'ningbo/moulding/line1/imm-01'

/** `name{labels}` → value, out of the text exposition format; comments are checked for their form. */
function parseExposition(text: string): Map<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.trimEnd().split('\n')) {
    if (line === '' || /^# (HELP|TYPE) [a-z_0-9]+ \S/.test(line)) continue
    const match = /^([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line)
    assert.ok(match, line)
    assert.ok(!samples.has(match[1]!), `${match[1]} appears twice`)
    samples.set(match[1]!, Number(match[2]))
  }
  return samples
}

describe('what the gateway says of itself', () => {
  const gateway = new HttpGateway()

  before(async () => {
    await gateway.start()
    gateway.receive(DEVICE, 10)
    gateway.receiveUndecodable(DEVICE)
    gateway.receive('', 3)
    await gateway.flush()
  })
  after(() => gateway.close())

  async function scrape(): Promise<Map<string, number>> {
    const response = await gateway.get('/metrics')
    assert.equal(response.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8')
    return parseExposition(await response.text())
  }

  it('exposes the ledger, the sinks and the spool to Prometheus', async () => {
    const samples = await scrape()
    const expected = {
      'linegate_messages_total{outcome="decoded"}': 10,
      'linegate_messages_total{outcome="ignored"}': 3,
      'linegate_messages_total{outcome="dead_lettered"}': 1,
      'linegate_messages_total{outcome="refused"}': 0,
      'linegate_points_total{outcome="stored"}': 0,
      linegate_points_pending: 10,
      'linegate_sink_points_stored_total{sink="local",type="duckdb"}': 3,
      'linegate_sink_points_pending{sink="local",type="duckdb"}': 4,
      'linegate_sink_lag_seconds{sink="local",type="duckdb"}': 1.5,
      'linegate_sink_up{sink="local",type="duckdb"}': 1,
      linegate_spool_bytes: gateway.spool.status().bytes,
      linegate_unflushed_bytes: 0,
      linegate_spool_holding: 0,
      linegate_devices: 1,
      linegate_dead_letters: 1,
      linegate_mqtt_clients: 5,
      linegate_live_connections: 2,
      linegate_ready: 1,
      'linegate_info{gateway="plant-1",version="1.2.3"}': 1,
    }
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, samples.get(name)]))
    assert.deepEqual(found, expected)
    assert.ok(samples.get('process_resident_memory_bytes')! > 0)
    assert.ok(samples.has('nodejs_eventloop_lag_p99_seconds'))
    const listing = [...samples.keys()].filter((name) => /open_fds|active_(handles|resources)/.test(name))
    assert.deepEqual(listing, [], 'a scrape does not list every connection')
  })

  it('does not count twice what is scraped twice', async () => {
    await scrape()
    gateway.receive(DEVICE)
    await gateway.flush()
    const decoded = (await scrape()).get('linegate_messages_total{outcome="decoded"}')
    assert.equal(decoded, gateway.ledger.totals().messages.decoded)
  })

  it('says which gateway it is and where devices publish', async () => {
    const info = await answerOf<Record<string, unknown>>(await gateway.get('/api/v1/info'))
    const { time, ...rest } = info
    assert.ok(Date.parse(String(time)) > 1_700_000_000_000)
    assert.deepEqual(rest, {
      gatewayId: 'plant-1',
      version: '1.2.3',
      startedAt: '2023-11-14T22:13:20.000Z',
      mqtt: ['mqtt://127.0.0.1:1883'],
    })
  })

  it('shows the spool as it is', async () => {
    const spool = await answerOf<Record<string, unknown>>(await gateway.get('/api/v1/spool'))
    const { sinks, pendingPoints, ...status } = spool
    assert.deepEqual(status, gateway.spool.status())
    assert.equal(pendingPoints, gateway.ledger.totals().points.pending)
    assert.equal((sinks as unknown[]).length, 1)
  })

  it('is alive always, and ready while messages are accepted', async () => {
    assert.deepEqual(await answerOf(await gateway.get('/healthz')), { status: 'ok' })
    assert.deepEqual(await answerOf(await gateway.get('/readyz')), { status: 'ready' })
    gateway.ready = false
    const notReady = await gateway.get('/readyz')
    assert.deepEqual([notReady.status, await notReady.json()], [503, { status: 'not ready' }])
    assert.equal((await gateway.get('/healthz')).status, 200)
    gateway.ready = true
  })

  it('describes every error code at the address that problem documents name', async () => {
    const response = await gateway.get('/docs/errors')
    const page = await response.text()
    assert.match(response.headers.get('content-type')!, /^text\/html/)
    assert.match(page, /<dt id="LG_DEVICE_UNKNOWN">/)
    assert.doesNotMatch(page, /<script/)
  })
})
