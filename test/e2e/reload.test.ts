import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { NumberedDevice } from '../support/numbered-device.js'
import { eventually } from '../support/ports.js'
import { RunningGateway } from '../support/running-gateway.js'

const RELOADS = 20
const DEVICES = 4
/** Messages of a device that wait for their acknowledgement. */
const WINDOW = 20
const TELEMETRY = 'factory/{site}/{area}/{line}/{device}/telemetry'

/** In every second configuration, what the first reads into another measurement, and one more kind of topic. */
function routes(reload: number): string {
  if (reload % 2 === 0) return `routes: [ { topic: '${TELEMETRY}', decoder: json } ]`
  return `routes: [ { topic: '${TELEMETRY}', decoder: json, measurement: other }, { topic: 'extra/{device}', decoder: json } ]`
}

describe('reload', () => {
  let influxd: Influxd
  let gateway: GatewayProcess
  let head: string
  before(async () => {
    influxd = await startInfluxd()
    const sinks = `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`
    gateway = await GatewayProcess.start([sinks])
    head = [
      `gateway: { id: test, dataDirectory: '${gateway.directory}/data' }`,
      `mqtt: { listeners: [ { protocol: mqtt, host: 127.0.0.1, port: ${gateway.mqttPort} } ] }`,
      `http: { host: 127.0.0.1, port: ${gateway.httpPort} }`,
      'log: { level: warn }',
      sinks,
    ].join('\n')
  })
  after(async () => {
    await gateway.remove()
    await influxd.remove()
  })

  const write = (sections: string) => writeFileSync(gateway.configFile, `${head}\n${sections}\n`)

  async function post(query = ''): Promise<{ status: number; body: { changes?: unknown[] } }> {
    const answer = await fetch(`${gateway.url}/api/v1/reload${query}`, { method: 'POST' })
    return { status: answer.status, body: (await answer.json()) as { changes?: unknown[] } }
  }

  /** Resolves when the file as it is now is in force. */
  async function reload(number: number): Promise<void> {
    if (number % 2 === 0) assert.equal((await post()).status, 200)
    else process.kill(gateway.pid, 'SIGHUP')
    await eventually('the file is in force', async () => {
      const { body } = await post('?dryRun')
      return body.changes?.length === 0 ? true : undefined
    })
  }

  async function refuseInvalid(): Promise<void> {
    write("routes: [ { topic: 'a/{device}', decoder: none } ]")
    assert.equal((await post()).status, 422)
    process.kill(gateway.pid, 'SIGHUP')
    await eventually('the log names the fault', () =>
      gateway.log.includes('routes[0].decoder') ? true : undefined,
    )
  }

  /** Resolves when each device has been acknowledged a message that came in after now. */
  async function allHeard(devices: readonly NumberedDevice[]): Promise<void> {
    const goals = devices.map(({ acknowledged }) => acknowledged.length + 2 * WINDOW)
    await eventually('each device is heard', () =>
      devices.every(({ acknowledged }, i) => acknowledged.length >= goals[i]!) ? true : undefined,
    )
  }

  test('back and forth under load: no connection breaks, no message is lost or doubled, each is read one way', async () => {
    const devices = Array.from(
      { length: DEVICES },
      (_, i) => new NumberedDevice(`factory/ningbo/press/line1/p-${i}/telemetry`, WINDOW),
    )
    const extra = new NumberedDevice('extra/e-1', WINDOW)
    const all = [...devices, extra]
    await Promise.all(all.map((device) => device.start(gateway.mqttPort)))
    for (let number = 1; number <= RELOADS; number++) {
      await allHeard(all)
      if (number % 7 === 0) await refuseInvalid()
      write(routes(number))
      await reload(number)
    }
    await allHeard(all)
    // Fails if a connection broke: what was under way on it is not acknowledged.
    await Promise.all(all.map((device) => device.stop()))

    const { totals, devices: rows } = await gateway.drained()
    const { received, decoded, ignored, deadLettered, refused } = totals.messages
    assert.equal(received, decoded + ignored + deadLettered + refused)
    assert.deepEqual([deadLettered, refused], [0, 0])
    assert.equal(
      received,
      all.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    )
    for (const device of devices) {
      const name = device.topic.split('/')[4]!
      const readAs = await measurements(name)
      assert.deepEqual(
        device.acknowledged.filter((n) => readAs.get(n)?.length !== 1),
        [],
        `${name}: stored once`,
      )
      const order = [...readAs.entries()].sort(([a], [b]) => a - b).map(([, [measurement]]) => measurement)
      const changes = order.filter((measurement, i) => i > 0 && measurement !== order[i - 1]).length
      assert.equal(changes, RELOADS, `${name}: each reload holds from one message on`)
    }
    const ofExtra = rows.find(({ path }) => path === 'e-1')!
    assert.equal(ofExtra.messages.decoded + ignored, extra.acknowledged.length)
    assert.ok(ofExtra.messages.decoded >= (RELOADS / 2) * WINDOW, 'the lane took the topic up each time')
    assert.ok(ignored >= (RELOADS / 2) * WINDOW, 'and gave it up')
  })

  async function measurements(device: string): Promise<Map<number, string[]>> {
    const found = new Map<number, string[]>()
    for (const measurement of ['telemetry', 'other']) {
      const numbers = await influxd.values(`SELECT n FROM ${measurement} WHERE device = '${device}'`)
      for (const n of numbers) found.set(n, [...(found.get(n) ?? []), measurement])
    }
    return found
  }
})

describe('what quality remembers', () => {
  const sections = (other: string) => `
routes: [ { topic: 'plant/{device}', decoder: json, timestamp: { key: ts, unit: ms } }, { topic: '${other}/{device}', decoder: json } ]
quality: { budget: { seriesPerDevice: 2 } }
`
  const TS = Date.now() - 60_000
  let gateway: RunningGateway
  before(async () => {
    gateway = await RunningGateway.start(sections('more'))
  })
  after(() => gateway.close())

  async function reasons(): Promise<Record<string, number>> {
    const answer = await fetch(`${gateway.url}/api/v1/ledger`)
    const { totals } = (await answer.json()) as { totals: { reasons: Record<string, number> } }
    return totals.reasons
  }

  test('of types, points and budgets survives a reload', async () => {
    await gateway.publish('plant/d1', `{"ts":${TS},"a":1,"b":true}`)
    await gateway.publish('plant/d2', `{"ts":${TS},"a":1}`)
    assert.deepEqual(await reasons(), {})
    gateway.write(sections('less'))
    const report = (await (await gateway.post('/api/v1/reload')).json()) as { applied: boolean }
    assert.equal(report.applied, true)
    await gateway.publish('plant/d1', `{"ts":${TS},"a":1,"b":true}`)
    assert.deepEqual(await reasons(), { duplicate: 1 })
    await gateway.publish('plant/d2', `{"ts":${TS},"a":2}`)
    assert.deepEqual(await reasons(), { duplicate: 1, time_moved: 1 })
    await gateway.publish('plant/d1', `{"ts":${TS + 1},"a":"text"}`)
    assert.deepEqual(await reasons(), { duplicate: 1, time_moved: 1, type_changed: 1 })
    await gateway.publish('plant/d1', `{"ts":${TS + 2},"a":1,"c":3}`)
    assert.deepEqual(await reasons(), { duplicate: 1, time_moved: 1, type_changed: 1, series_budget: 1 })
  })
})
