import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { PresenceTransition } from '../../src/live/protocol.js'
import { DeviceClientsProcess } from '../support/device-clients-process.js'
import { deviceTable, lineName } from '../support/device-names.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { counted, plantTree, send } from '../support/plant-answers.js'
import { eventually } from '../support/ports.js'
import { PresenceWatch } from '../support/presence-watch.js'
import { publishPacket, RawMqtt } from '../support/raw-mqtt.js'

const DEVICES = 1_000
/** Their process is killed at the end; the others stay. */
const LEAVING = 200
const LINES = [...new Set(Array.from({ length: DEVICES }, (_, n) => `ningbo/moulding/${lineName(n)}`))]
const ALL_THERE = {
  registered: DEVICES,
  connected: DEVICES,
  fresh: DEVICES,
  stale: 0,
  offline: 0,
  unknown: 0,
}

let influxd: Influxd
let gateway: GatewayProcess
let staying: DeviceClientsProcess
let leaving: DeviceClientsProcess
let watch: PresenceWatch

before(async () => {
  influxd = await startInfluxd()
  gateway = await GatewayProcess.start([
    `sinks: [ { name: influx, type: influxdb, version: 1, url: '${influxd.url}', database: factory } ]`,
  ])
  await send(gateway, 'POST', '/api/v1/devices/import', deviceTable(0, DEVICES), 'text/csv')
  const options = { port: gateway.mqttPort, keepAliveS: 60, pingEveryMs: 20_000 }
  staying = new DeviceClientsProcess({ ...options, from: 0, to: DEVICES - LEAVING })
  leaving = new DeviceClientsProcess({ ...options, from: DEVICES - LEAVING, to: DEVICES })
  await counted(gateway, ALL_THERE)
  await eventually('the points of their coming are stored', async () =>
    (await stored()).size === DEVICES ? true : undefined,
  )
})

after(async () => {
  await staying.kill()
  await leaving.kill()
  await gateway.remove()
  await influxd.remove()
})

/** MQTT clients that are really there, whatever the counts say. */
async function clients(): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text()
  return Number(/^linegate_mqtt_clients\S* (\d+)/m.exec(text)?.[1])
}

function clientsAre(wanted: (count: number) => boolean): Promise<number> {
  return eventually('clients are back', async () => {
    const count = await clients()
    return wanted(count) ? count : undefined
  })
}

async function startedAgain(): Promise<void> {
  await gateway.run()
  watch = await PresenceWatch.start(gateway.httpPort, LINES)
}

/** State by state, in order of time, of each device as it is in the store. */
async function stored(): Promise<Map<string, { time: string; state: string }[]>> {
  await gateway.drained()
  const series = await influxd.query('SELECT device, state FROM presence')
  const found = new Map<string, { time: string; state: string }[]>()
  for (const [time, device, state] of series.flatMap(({ values }) => values as [string, string, string][])) {
    const point = { time: new Date(time).toISOString(), state }
    found.set(device, [...(found.get(device) ?? []), point])
  }
  return found
}

function states(transitions: readonly PresenceTransition[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { from, to } of transitions) counts[`${from}>${to}`] = (counts[`${from}>${to}`] ?? 0) + 1
  return counts
}

test('a gateway that is killed, and killed again while all come back, has no device flap', async () => {
  await gateway.end('SIGKILL')
  await gateway.run()
  const back = await clientsAre((count) => count >= DEVICES / 10)
  await gateway.end('SIGKILL')
  assert.ok(back < DEVICES, 'the storm was still going on')
  await startedAgain()
  await counted(gateway, ALL_THERE)
  await clientsAre((count) => count === DEVICES)
  await counted(gateway, ALL_THERE)
  assert.deepEqual(watch.transitions(), [])
  await watch.close()
  const points = await stored()
  assert.equal(points.size, DEVICES)
  for (const [device, [first, ...others]] of points) {
    assert.equal(first?.state, 'online', device)
    assert.deepEqual(others, [], device)
  }
})

test('a gateway that is killed during a storm of the devices has every one right afterwards', async () => {
  await staying.storm()
  await clientsAre((count) => count < DEVICES)
  await gateway.end('SIGKILL')
  await startedAgain()
  await clientsAre((count) => count === DEVICES)
  await counted(gateway, ALL_THERE)
  const after = states(watch.transitions())
  assert.deepEqual(
    Object.keys(after).filter((step) => step !== 'offline>online'),
    [],
    'nobody goes again',
  )
})

test('what is streamed is what is stored, and what is stored is without a gap', async () => {
  await leaving.kill()
  await counted(gateway, {
    ...ALL_THERE,
    connected: DEVICES - LEAVING,
    fresh: DEVICES - LEAVING,
    offline: LEAVING,
  })
  const options = { port: gateway.mqttPort, keepAliveS: 60, pingEveryMs: 20_000 }
  leaving = new DeviceClientsProcess({ ...options, from: DEVICES - LEAVING, to: DEVICES })
  await counted(gateway, ALL_THERE)
  await staying.storm()
  const streamed = await eventually('every device has gone once, and is back', () => {
    const found = watch.transitions()
    const last = new Map(found.map(({ device, to }) => [device, to]))
    const areBack = [...last.values()].every((to) => to === 'online')
    return areBack && states(found)['online>offline'] === DEVICES ? found : undefined
  })
  await counted(gateway, ALL_THERE)
  assert.equal(streamed.at(-1)!.id - streamed[0]!.id + 1, streamed.length, 'ids are without a gap')
  await watch.close()

  const points = await stored()
  const ofThisRun = new Set(streamed.map(({ device, time, to }) => `${device.split('/')[3]} ${time} ${to}`))
  const since = streamed[0]!.time
  let found = 0
  for (const [device, steps] of points) {
    for (const [n, { time, state }] of steps.entries()) {
      assert.notEqual(state, steps[n - 1]?.state, `${device} changes at ${time}`)
      if (time < since) continue
      assert.ok(ofThisRun.has(`${device} ${time} ${state}`), `${device} ${time} ${state} was streamed`)
      found++
    }
    assert.equal(steps.at(-1)?.state, 'online', device)
  }
  assert.equal(found, streamed.length)
  assert.equal((await plantTree(gateway)).networkingRate, 1)
})

test('devices that are met right before the gateway is killed have their first transition, too', async () => {
  const names = Array.from({ length: 200 }, (_, n) => `new-${n}`)
  const clients = await Promise.all(
    names.map(async (clientId) => {
      const client = await RawMqtt.connect(gateway.mqttPort, { clientId })
      client.send(publishPacket(`factory/suzhou/smt/line1/${clientId}/telemetry`, '{"v":1}', 1, 1))
      await client.next('puback')
      return client
    }),
  )
  await gateway.end('SIGKILL')
  await gateway.run()
  await eventually('all of them are stored', async () => {
    const devices = await stored()
    return names.every((name) => devices.has(name)) ? true : undefined
  })
  for (const client of clients) await client.end()
})
