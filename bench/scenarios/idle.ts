import { connect, type Socket } from 'node:net'
import { rssBytes, sleep } from '../processes.js'
import type { Table } from '../report.js'
import { startBareAedes } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'
import type { Target } from '../targets/target.js'

/** Resident memory of the broker's process per MQTT connection that does nothing. */
export async function idleConnections(count: number): Promise<Table> {
  const rows: (string | number)[][] = []
  for (const starter of [startBareAedes, () => GatewayTarget.start()]) {
    const target = await starter()
    rows.push([target.name, count, (await bytesPerConnection(target, count)) / 1000])
    await target.stop()
  }
  return { title: 'Memory per idle connection', columns: ['', 'connections', 'kB of RSS each'], rows }
}

async function bytesPerConnection(target: Target, count: number): Promise<number> {
  const pid = target.pids.gateway ?? target.pids.broker!
  // The first connections pay for code and buffers that all share.
  const sockets = await open(target.mqttPort, 0, 500)
  await sleep(2_000)
  const before = rssBytes(pid)
  sockets.push(...(await open(target.mqttPort, 500, count)))
  await sleep(2_000)
  const grown = rssBytes(pid) - before
  for (const socket of sockets) socket.destroy()
  return grown / count
}

async function open(port: number, from: number, count: number): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let i = 0; i < count; i++) {
    const id = Buffer.from(`idle-${from + i}`)
    const head = [0x10, 12 + id.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 0, 0, id.length]
    const socket = connect({ port, host: '127.0.0.1' })
    sockets.push(socket)
    socket.write(Buffer.concat([Buffer.from(head), id]))
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve())
      socket.once('error', reject)
    })
  }
  return sockets
}
