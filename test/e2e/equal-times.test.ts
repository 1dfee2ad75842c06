import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import type { LedgerAnswer } from '../support/gateway-process.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { eventually } from '../support/ports.js'

const DEVICES = 4
const POINTS = 1_200
/** Messages of a device that wait for their acknowledgement: fewer than points are remembered of a series. */
const WINDOW = 10
/** Points of one device with the same time. */
const PER_TIME = 7
const FIRST_MS = Date.now() - 3_600_000

let influxd: Influxd
let gateway: GatewayProcess
before(async () => {
  influxd = await startInfluxd()
  gateway = await GatewayProcess.start([
    `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`,
    "routes: [ { topic: 'plant/{device}', decoder: json, timestamp: { key: ts, unit: ms } } ]",
  ])
})
after(async () => {
  await gateway.remove()
  await influxd.remove()
})

/** A clock that stands still for some points, values that come again, and messages that are sent once more as they are. */
class StutteringDevice {
  readonly name: string
  /** What it has said, each once. */
  readonly said = new Set<string>()
  sent = 0
  #client!: MqttClient

  constructor(name: string) {
    this.name = name
  }

  async connect(port: number): Promise<void> {
    this.#client = await connectAsync({
      port,
      host: '127.0.0.1',
      clientId: this.name,
      clean: false,
      reconnectPeriod: 20,
    })
    // The gateway is killed: the client connects again and sends what was not acknowledged.
    this.#client.on('error', () => undefined)
  }

  async run(from: number, to: number): Promise<void> {
    const underWay = new Set<Promise<void>>()
    for (let n = from; n < to; n++) {
      const times = n % 3 === 0 ? 2 : 1
      for (let i = 0; i < times; i++) {
        const published = this.#publish(payloadOf(n)).finally(() => underWay.delete(published))
        underWay.add(published)
      }
      while (underWay.size >= WINDOW) await Promise.race(underWay)
    }
    await Promise.all(underWay)
  }

  end(): Promise<void> {
    return this.#client.endAsync()
  }

  async #publish(payload: string): Promise<void> {
    this.said.add(payload)
    this.sent++
    await this.#client.publishAsync(`plant/${this.name}`, payload, { qos: 1 })
  }
}

function payloadOf(n: number): string {
  const ts = FIRST_MS + Math.floor(n / PER_TIME)
  return n % 2 === 0 ? `{"ts":${ts},"a":${n % PER_TIME}}` : `{"ts":${ts},"b":"${n % PER_TIME}"}`
}

/** Resolves when so many messages are counted. */
function received(count: number): Promise<LedgerAnswer> {
  return eventually('messages are counted', async () => {
    const ledger = await gateway.ledger().catch(() => undefined)
    return ledger !== undefined && ledger.totals.messages.received >= count ? ledger : undefined
  })
}

test('what InfluxDB counts is what the ledger calls stored, with equal times, redeliveries and a kill -9', async () => {
  const devices = Array.from({ length: DEVICES }, (_, i) => new StutteringDevice(`d-${i}`))
  await Promise.all(devices.map((device) => device.connect(gateway.mqttPort)))
  const running = Promise.all(devices.map((device) => device.run(0, POINTS)))
  await received((DEVICES * POINTS) / 3)
  await gateway.end('SIGKILL')
  await gateway.run()
  await running
  await Promise.all(devices.map((device) => device.end()))

  const { totals, devices: rows } = await gateway.drained()
  const own = rows.find(({ path }) => path === '')?.points.stored ?? 0
  const said = devices.reduce((sum, device) => sum + device.said.size, 0)
  assert.equal(said, DEVICES * POINTS)
  assert.equal((await countIn('a')) + (await countIn('b')), totals.points.stored - own)
  assert.equal(totals.points.stored - own, said, 'each point that was said is stored once')
  for (const { name } of devices) {
    const row = rows.find(({ path }) => path === name)!
    assert.equal((await countIn('a', name)) + (await countIn('b', name)), row.points.stored, name)
  }
  const { received: all, decoded } = totals.messages
  assert.equal(all, decoded)
  const { reasons } = totals as typeof totals & { reasons: Record<string, number> }
  assert.equal(reasons.duplicate, all - said, 'all the rest came again')
  assert.ok(reasons.duplicate! >= (DEVICES * POINTS) / 3)
  assert.equal(reasons.time_moved, DEVICES * (POINTS - Math.ceil(POINTS / PER_TIME)))
  assert.equal(totals.points.filtered, reasons.duplicate)
  assert.equal(totals.points.decoded, totals.points.stored + totals.points.filtered)
})

async function countIn(field: string, device?: string): Promise<number> {
  const where = device === undefined ? '' : ` WHERE device = '${device}'`
  const [count = 0] = await influxd.values(`SELECT count(${field}) FROM telemetry${where}`)
  return count
}
