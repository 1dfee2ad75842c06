import assert from 'node:assert/strict'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { eventually } from '../support/ports.js'

const SERIES_PER_DEVICE = 200
const LETTER_BYTES = 4 * 1_048_576
const INVENTED = 200_000
/** Points in one message, so that the load is that of the series and not of MQTT. */
const AT_ONCE = 500
const OTHERS = 10
const BY_EACH = 100
const GROWTH_BYTES = 128 * 1_048_576
const START_MS = 1_700_000_000_000

let influxd: Influxd
let gateway: GatewayProcess

before(async () => {
  influxd = await startInfluxd()
  gateway = await GatewayProcess.start([
    `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`,
    'routes:',
    "  - { topic: 'lines/{site}/{area}/{line}/{device}', decoder: line-protocol }",
    "  - { topic: 'factory/{site}/{area}/{line}/{device}/telemetry', decoder: json, measurement: telemetry }",
    `quality: { budget: { seriesPerDevice: ${SERIES_PER_DEVICE} } }`,
    `deadLetters: { maxBytes: ${LETTER_BYTES} }`,
  ])
})

after(async () => {
  await gateway.remove()
  await influxd.remove()
})

/** Half of them new values of a tag, half of them new names of a field. */
function invented(from: number): string {
  const lines = Array.from({ length: AT_ONCE }, (_, i) => {
    const n = from + i
    const series = n % 2 === 0 ? `jobs,order=order-${n} done=1` : `jobs done_${n}=1`
    return `${series} ${START_MS + n}000000`
  })
  return lines.join('\n')
}

/** Without pages of the database file, which the system takes back as it likes. */
function residentBytes(): number {
  const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))
  return Number(kilobytes?.[1]) * 1024
}

async function inventWithoutEnd(client: MqttClient, from: number, to: number): Promise<void> {
  for (let n = from; n < to; n += AT_ONCE)
    await client.publishAsync('lines/ningbo/moulding/line1/inventor', invented(n), { qos: 1 })
}

async function sayOrdinaryThings(client: MqttClient): Promise<void> {
  for (let n = 0; n < BY_EACH; n++)
    for (let device = 0; device < OTHERS; device++)
      await client.publishAsync(
        `factory/ningbo/moulding/line1/imm-${device}/telemetry`,
        `{"ts":${START_MS + n},"temperature":${200 + n},"part_count":${n}}`,
        { qos: 1 },
      )
}

interface Letters {
  readonly items: readonly { readonly device: string; readonly reason: { readonly code: string } }[]
}

test('a device that invents series without end is stopped at its budget, at bounded cost, and no other notices', async () => {
  const url = `mqtt://127.0.0.1:${gateway.mqttPort}`
  const inventor = await connectAsync(url, { reconnectPeriod: 0 })
  const others = await connectAsync(url, { reconnectPeriod: 0 })
  // What a gateway under load needs anyway is there behind this.
  await inventWithoutEnd(inventor, 0, INVENTED / 10)
  const before = residentBytes()
  await Promise.all([inventWithoutEnd(inventor, INVENTED / 10, INVENTED), sayOrdinaryThings(others)])
  const growth = residentBytes() - before
  assert.ok(growth < GROWTH_BYTES, `${Math.round(growth / 1_048_576)} MiB more`)
  await Promise.all([inventor.endAsync(), others.endAsync()])

  const { totals, devices } = await gateway.drained()
  const of = (name: string) => devices.find(({ device }) => device === name) ?? assert.fail(name)
  const { decoded, stored, deadLettered, filtered } = of('inventor').points
  assert.deepEqual(
    [decoded, stored, deadLettered, filtered],
    [INVENTED, SERIES_PER_DEVICE, INVENTED - SERIES_PER_DEVICE, 0],
  )
  assert.deepEqual(of('inventor').reasons, { series_budget: INVENTED - SERIES_PER_DEVICE })

  for (let i = 0; i < OTHERS; i++) assert.equal(of(`imm-${i}`).points.stored, BY_EACH, `imm-${i}`)
  assert.equal(totals.points.deadLettered, INVENTED - SERIES_PER_DEVICE)
  assert.deepEqual(await influxd.values('SELECT COUNT(part_count) FROM telemetry'), [OTHERS * BY_EACH])
  const jobs = await influxd.query('SELECT * FROM jobs GROUP BY *')
  assert.equal(
    jobs.reduce((sum, { values }) => sum + values.length, 0),
    SERIES_PER_DEVICE,
  )
})

test('the log warns once, and says how to look for it', () => {
  const warnings = gateway.log.split('\n').filter((line) => line.includes('more series than its budget'))
  assert.equal(warnings.length, 1, warnings.join('\n'))
  assert.match(warnings[0]!, /moulding\/line1\/inventor/)
})

test('its dead letters keep to their bytes, the newest of them, each with the reason', async () => {
  const metrics = await eventually('letters keep to their bytes', async () => {
    const text = await (await fetch(`${gateway.url}/metrics`)).text()
    const bytes = Number(/^linegate_dead_letters_bytes (\d+)/m.exec(text)?.[1])
    return bytes > LETTER_BYTES / 4 && bytes <= LETTER_BYTES ? text : undefined
  })
  assert.match(metrics, /^linegate_dead_letters_removed_total\{cause="bytes"\} [1-9]\d*$/m)
  const { items } = await gateway.get<Letters>('/api/v1/dead-letters?limit=100')
  assert.equal(items.length, 100)
  for (const { device, reason } of items)
    assert.deepEqual([device, reason.code], ['ningbo/moulding/line1/inventor', 'series_budget'])
  // Letters are removed as fast as they come, so that the file has not grown by all of them.
  assert.ok(statSync(join(gateway.directory, 'data', 'state', 'data.mdb')).size < 8 * LETTER_BYTES)
})
