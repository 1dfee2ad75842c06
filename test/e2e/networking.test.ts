import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { ServerMessage } from '../../src/live/protocol.js'
import { DeviceClientsProcess } from '../support/device-clients-process.js'
import { deviceName, deviceTable, lineName } from '../support/device-names.js'
import { GatewayProcess } from '../support/gateway-process.js'
import { LiveClient } from '../support/live.js'
import { counted, countsOf, plantTree, send } from '../support/plant-answers.js'

const SINK = 'sinks: [ { name: local, type: duckdb } ]'

describe('100 devices are registered, 80 connected, and 5 of these are silent', () => {
  const COUNTS = {
    registered: 100,
    discovered: 0,
    connected: 80,
    fresh: 75,
    stale: 5,
    offline: 0,
    unknown: 20,
  }
  let gateway: GatewayProcess
  const clients: DeviceClientsProcess[] = []

  before(async () => {
    gateway = await GatewayProcess.start([SINK])
    for (let n = 0; n < 100; n++) {
      const place = { site: 'ningbo', area: 'moulding', line: lineName(n) }
      const record = { ...place, expectedIntervalMs: 500, survivalTimeMs: 2_500 }
      await send(gateway, 'PUT', `/api/v1/devices/${deviceName(n)}`, record)
    }
    const options = { port: gateway.mqttPort, keepAliveS: 60, pingEveryMs: 20_000 }
    clients.push(new DeviceClientsProcess({ ...options, from: 0, to: 75, publishEveryMs: 500 }))
    clients.push(new DeviceClientsProcess({ ...options, from: 75, to: 80 }))
    await counted(gateway, COUNTS)
  })

  after(async () => {
    for (const process of clients) await process.kill()
    await gateway.remove()
  })

  test('the session rate is 80 % and the networking rate 75 %, exactly', async () => {
    const all = await plantTree(gateway)
    assert.deepEqual(countsOf(all), COUNTS)
    assert.equal(all.sessionRate, 0.8)
    assert.equal(all.networkingRate, 0.75)
    const [site] = all.children
    const [area] = site!.children
    const [line0, line1] = area!.children
    assert.deepEqual([line0?.networkingRate, line0?.sessionRate], [1, 1])
    assert.deepEqual([line1?.networkingRate, line1?.sessionRate], [0.5, 0.6])
    assert.equal(line1?.children.length, 50)
  })

  test('the live counts say the same', async () => {
    const live = await LiveClient.connect(gateway.httpPort)
    live.send({ type: 'subscribe', id: 'a', topic: 'counts', intervalMs: 100, depth: 3 })
    const frame = await live.until(({ type }) => type === 'snapshot')
    await live.close()
    const { networking, children } = countsFrame(frame)
    assert.deepEqual(countsOf(networking), COUNTS)
    assert.equal(networking.sessionRate, 0.8)
    assert.equal(networking.networkingRate, 0.75)
    assert.deepEqual(
      children?.[0]?.children?.[0]?.children?.map((line) => line.networking.networkingRate),
      [1, 0.5],
    )
  })

  test('each device has its state, and its reason with the numbers of its record', async () => {
    const { presence } = await gateway.get<{ presence: { state: string; reason: { en: string } } }>(
      `/api/v1/devices/${deviceName(75)}`,
    )
    assert.equal(presence.state, 'stale')
    assert.match(presence.reason.en, /^stale since .+: last message .+, expected every 500 ms \+ 2\.5 s$/)
  })
})

describe('clients are lost without DISCONNECT', () => {
  const KEEP_ALIVE_S = 2
  const PING_EVERY_MS = 1_000
  const WITHIN_MS = KEEP_ALIVE_S * 1_500
  let gateway: GatewayProcess
  const clients: DeviceClientsProcess[] = []

  before(async () => {
    gateway = await GatewayProcess.start([SINK])
    await send(gateway, 'POST', '/api/v1/devices/import', deviceTable(0, 400), 'text/csv')
    for (const from of [0, 200, 300]) {
      const to = from === 0 ? 200 : from + 100
      const options = { port: gateway.mqttPort, keepAliveS: KEEP_ALIVE_S, pingEveryMs: PING_EVERY_MS }
      clients.push(new DeviceClientsProcess({ ...options, from, to }))
    }
    await counted(gateway, { registered: 400, connected: 400, fresh: 400 })
  })

  after(async () => {
    for (const process of clients) await process.kill()
    await gateway.remove()
  })

  test('counts are right within keep-alive × 1.5, whether sockets close or just fall silent', async () => {
    const [, killed, frozen] = clients
    // Clients that have just sent a ping are the last to be missed; half a ping later is neither the best nor the worst.
    await frozen!.pinged()
    await new Promise((resolve) => setTimeout(resolve, PING_EVERY_MS / 2))
    frozen!.freeze()
    const start = performance.now()
    await killed!.kill()
    const closed = await counted(gateway, { connected: 300 }, WITHIN_MS)
    assert.deepEqual([closed.fresh, closed.offline], [300, 100], 'only keep-alive can find those that froze')
    const left = WITHIN_MS - (performance.now() - start)
    const { networkingRate, sessionRate } = await counted(gateway, { connected: 200, offline: 200 }, left)
    assert.deepEqual([networkingRate, sessionRate], [0.5, 0.5])
    const [site] = (await plantTree(gateway)).children
    assert.deepEqual(
      site!.children[0]!.children.map(({ networkingRate: rate }) => rate),
      [1, 1, 1, 1, 0, 0, 0, 0],
    )
  })

  test('those that thaw connect again, and count again', async () => {
    clients[2]!.thaw()
    await counted(gateway, { connected: 300, fresh: 300, offline: 100, stale: 0 })
  })
})

function countsFrame(frame: ServerMessage) {
  if (frame.type !== 'snapshot' || frame.topic !== 'counts') throw new Error(JSON.stringify(frame))
  return frame.data
}
