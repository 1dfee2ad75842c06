import { DeviceClientsProcess } from '../../test/support/device-clients-process.js'
import { deviceTable } from '../../test/support/device-names.js'
import { GatewayProcess } from '../../test/support/gateway-process.js'
import { counted, type PlantCounts, send } from '../../test/support/plant-answers.js'
import { nodeGenerator } from '../generators.js'
import { sleep } from '../processes.js'
import { median, type Table } from '../report.js'
import { startMosquitto } from '../targets/brokers.js'

const KEEP_ALIVE_S = 10
const PING_EVERY_MS = 5_000
const CONNECTED_WITHIN_MS = 60_000
const LOAD = { connections: 50, window: 100 }
const STORM_EVERY_MS = 3_000

/** Counts of many connected clients, and how long they are wrong when some of them are lost without a word. */
export async function lostClients(count: number, lost: number): Promise<Table> {
  const gateway = await startGatewayWith(count)
  const options = { port: gateway.mqttPort, keepAliveS: KEEP_ALIVE_S, pingEveryMs: PING_EVERY_MS }
  const ranges = [count - 2 * lost, count - lost, count]
  const clients = ranges.map(
    (to, i) => new DeviceClientsProcess({ ...options, from: ranges[i - 1] ?? 0, to }),
  )
  const exact = (gone: number) => countedSince(gateway, { connected: count - gone, offline: gone })
  try {
    const connecting = await countedSince(gateway, { connected: count, fresh: count })
    await clients[1]!.kill()
    const killed = await exact(lost)
    await clients[2]!.pinged()
    clients[2]!.freeze()
    const frozen = await exact(2 * lost)
    const row = (what: string, seconds: number) => [what, seconds, seconds / KEEP_ALIVE_S]
    return {
      title: `${count.toLocaleString('en-US')} clients, keep-alive ${KEEP_ALIVE_S} s: until every count is exact`,
      columns: ['', 'seconds', '× keep-alive'],
      rows: [
        row(`all ${count.toLocaleString('en-US')} connect`, connecting),
        row(`${lost.toLocaleString('en-US')} are killed, the system closes their sockets`, killed),
        row(
          `${lost.toLocaleString('en-US')} more freeze right after a ping, their sockets stay open`,
          frozen,
        ),
      ],
      note: 'By MQTT, a client is gone when it was silent for 1.5 × keep-alive.',
    }
  } finally {
    for (const process of clients) await process.kill()
    await gateway.remove()
  }
}

/** How much of the rate is left while very many other clients lose their connections and come back, again and again. */
export async function reconnectStorm(count: number, seconds: number, rounds: number): Promise<Table> {
  const rows: (string | number)[][] = []
  const gateway = await startGatewayWith(count)
  try {
    const allThere = () => countedSince(gateway, { connected: count, fresh: count, offline: 0 })
    rows.push(['Linegate → DuckDB', ...(await rates(gateway.mqttPort, count, seconds, rounds, allThere))])
  } finally {
    await gateway.remove()
  }
  const mosquitto = await startMosquitto()
  try {
    // It does not say how many are there: a millisecond for each is enough.
    const allThere = () => sleep(count)
    rows.push([mosquitto.name, ...(await rates(mosquitto.mqttPort, count, seconds, rounds, allThere))])
  } finally {
    await mosquitto.stop()
  }
  return {
    title: `Acknowledged messages per second while ${count.toLocaleString('en-US')} other clients reconnect every ${STORM_EVERY_MS / 1000} s`,
    columns: ['', 'without', 'with', '× without', 'p99 ms without', 'p99 ms with'],
    rows,
    note: 'The clients that reconnect take their share of the machine, too.',
  }
}

/** @param allThere resolves when every client is connected */
async function rates(
  port: number,
  count: number,
  seconds: number,
  rounds: number,
  allThere: () => Promise<unknown>,
): Promise<number[]> {
  const options = { port, keepAliveS: 60, pingEveryMs: 20_000 }
  const clients = new DeviceClientsProcess({ ...options, from: 0, to: count })
  const quiet: Measured[] = []
  const stormy: Measured[] = []
  try {
    await allThere()
    for (let round = 0; round < rounds; round++) {
      quiet.push(await nodeGenerator.run({ ...LOAD, port, seconds }))
      stormy.push(await duringStorms(clients, nodeGenerator.run({ ...LOAD, port, seconds })))
      await allThere()
    }
    const rate = (all: readonly Measured[]) => median(all.map(({ msgsPerSecond }) => msgsPerSecond))
    const p99 = (all: readonly Measured[]) => median(all.map(({ ackMs }) => ackMs.p99))
    return [rate(quiet), rate(stormy), rate(stormy) / rate(quiet), p99(quiet), p99(stormy)]
  } finally {
    await clients.kill()
  }
}

type Measured = Awaited<ReturnType<typeof nodeGenerator.run>>

async function duringStorms(clients: DeviceClientsProcess, load: Promise<Measured>): Promise<Measured> {
  let isOver = false
  const measured = load.finally(() => {
    isOver = true
  })
  while (!isOver) {
    await clients.storm()
    await Promise.race([measured, sleep(STORM_EVERY_MS)])
  }
  return measured
}

async function startGatewayWith(count: number): Promise<GatewayProcess> {
  const gateway = await GatewayProcess.start(['sinks: [ { name: local, type: duckdb } ]'], 'on')
  await send(gateway, 'POST', '/api/v1/devices/import', deviceTable(0, count), 'text/csv')
  return gateway
}

/** Seconds until the counts are these. */
async function countedSince(gateway: GatewayProcess, wanted: Partial<PlantCounts>): Promise<number> {
  const start = performance.now()
  await counted(gateway, wanted, CONNECTED_WITHIN_MS)
  return (performance.now() - start) / 1000
}
