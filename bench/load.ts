/**
 * A load generator in Node: raw sockets, PUBLISH packets written by hand, so that it costs little beside what it loads.
 *
 *     node dist/bench/load.js '{"port":1883,"connections":100,"window":100,"seconds":10}'
 *
 * With `tls`, over TLS 1.3; with `logins`, each connection with a login of its own (EntryOptions).
 *
 * Closed loop: every connection keeps `window` messages unacknowledged. With `rate`, messages are due at fixed times
 * whatever the receiver does, and latency counts from the time a message was due: a receiver that stalls is charged for
 * all that it kept waiting (no coordinated omission). Ends by itself; prints one line of JSON (`LoadResult`).
 *
 * Forked, it sends 'started' when the first message is due, and a message to it ends an open loop early.
 */
import type { Socket } from 'node:net'
import { Entry, type EntryOptions, expectConnack } from './entry.js'
import { Histogram } from './histogram.js'

export interface LoadOptions extends EntryOptions {
  readonly connections: number
  readonly window: number
  readonly seconds: number
  /** Messages per second over all connections; as fast as acknowledged when absent. */
  readonly rate?: number
}

export interface LoadResult {
  readonly sent: number
  readonly acked: number
  /** Seconds until the last acknowledgement. */
  readonly seconds: number
  readonly msgsPerSecond: number
  /** Of the generator itself, all threads, from the first message to the last acknowledgement. */
  readonly cpuSeconds: number
  readonly ackMs: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number }
}

const DRAIN_MS = 10_000
const KEEP_ALIVE_S = 60

class Connection {
  readonly socket: Socket
  readonly #topic: Buffer
  readonly #dueAt = new Float64Array(65_536)
  readonly #latency: Histogram
  #nextId = 1
  #number = 0
  inFlight = 0
  sent = 0
  acked = 0
  #rest: Buffer = Buffer.alloc(0)
  onAck: () => void = () => undefined

  constructor(index: number, entry: Entry, latency: Histogram, ready: () => void) {
    this.#latency = latency
    this.#topic = Buffer.from(`factory/ningbo/moulding/line1/imm-${index}/telemetry`)
    this.socket = entry.open()
    this.socket.write(entry.connectPacket(index, `load-${process.pid}-${index}`, KEEP_ALIVE_S))
    this.socket.once('data', (packet: Buffer) => {
      expectConnack(packet)
      this.socket.on('data', (chunk) => this.#acks(chunk))
      ready()
    })
  }

  /** Writes `count` messages that are due now (ms of performance.now) in one write. */
  publish(count: number, dueAt: number): void {
    const packets: Buffer[] = []
    for (let i = 0; i < count; i++) packets.push(this.#packet(dueAt))
    this.sent += count
    this.inFlight += count
    this.socket.write(packets.length === 1 ? packets[0]! : Buffer.concat(packets))
  }

  #packet(dueAt: number): Buffer {
    const n = this.#number++
    const value = (n % 100_000) / 1000
    const payload = `{"temperature":${value.toFixed(3)},"pressure":${(99.999 - value).toFixed(3)},"count":${n}}`
    const id = this.#nextId
    this.#nextId = id === 65_535 ? 1 : id + 1
    this.#dueAt[id] = dueAt
    const remaining = 2 + this.#topic.length + 2 + payload.length
    const head = remaining < 128 ? 2 : 3
    const packet = Buffer.allocUnsafe(head + remaining)
    packet[0] = 0x32
    packet[1] = remaining < 128 ? remaining : (remaining & 127) | 128
    if (head === 3) packet[2] = remaining >> 7
    packet.writeUInt16BE(this.#topic.length, head)
    this.#topic.copy(packet, head + 2)
    packet.writeUInt16BE(id, head + 2 + this.#topic.length)
    packet.write(payload, head + 4 + this.#topic.length, 'latin1')
    return packet
  }

  #acks(chunk: Buffer): void {
    const data = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    const now = performance.now()
    let at = 0
    for (; at + 4 <= data.length; at += 4) {
      if (data[at] !== 0x40) throw new Error(`packet type ${data[at]} where a PUBACK was due`)
      this.#latency.add(now - this.#dueAt[data.readUInt16BE(at + 2)]!)
      this.acked++
      this.inFlight--
    }
    this.#rest = data.subarray(at)
    this.onAck()
  }
}

/** Resolves when every connection has its CONNACK. */
async function open(options: LoadOptions, latency: Histogram): Promise<Connection[]> {
  const entry = new Entry(options)
  const opened: Connection[] = []
  for (let i = 0; i < options.connections; i++) {
    await new Promise<void>((resolve) => opened.push(new Connection(i, entry, latency, resolve)))
  }
  return opened
}

async function closedLoop(all: readonly Connection[], { window, seconds }: LoadOptions): Promise<void> {
  const end = performance.now() + seconds * 1000
  const fill = (connection: Connection) => {
    const room = window - connection.inFlight
    if (room > 0 && performance.now() < end) connection.publish(room, performance.now())
  }
  for (const connection of all) {
    connection.onAck = () => fill(connection)
    fill(connection)
  }
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
}

async function openLoop(all: readonly Connection[], rate: number, seconds: number): Promise<void> {
  const start = performance.now()
  let due = 0
  let turn = 0
  let isStopped = false
  process.once('message', () => {
    isStopped = true
  })
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const elapsed = performance.now() - start
      const wanted = Math.floor((Math.min(elapsed, seconds * 1000) * rate) / 1000)
      for (; due < wanted; due++) all[turn++ % all.length]!.publish(1, start + (due * 1000) / rate)
      if (isStopped || elapsed >= seconds * 1000) {
        clearInterval(timer)
        resolve()
      }
    }, 1)
  })
}

async function drain(all: readonly Connection[]): Promise<void> {
  const end = performance.now() + DRAIN_MS
  while (all.some((connection) => connection.inFlight > 0) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

async function main(options: LoadOptions): Promise<LoadResult> {
  const latency = new Histogram()
  const all = await open(options, latency)
  process.send?.('started')
  const cpuBefore = process.cpuUsage()
  const start = performance.now()
  if (options.rate === undefined) await closedLoop(all, options)
  else await openLoop(all, options.rate, options.seconds)
  await drain(all)
  const seconds = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpuBefore)
  for (const { socket } of all) socket.destroy()
  const sent = all.reduce((sum, connection) => sum + connection.sent, 0)
  const acked = all.reduce((sum, connection) => sum + connection.acked, 0)
  const cpuSeconds = (user + system) / 1e6
  return { sent, acked, seconds, msgsPerSecond: acked / seconds, cpuSeconds, ackMs: latency.summary() }
}

console.log(JSON.stringify(await main(JSON.parse(process.argv[2]!) as LoadOptions)))
process.disconnect?.()
