/**
 * Many devices in one process, each with a connection and a login of its own: forked with `DevicesOptions` as its argument.
 *
 * They come one behind the other, and each publishes once. A message (`Round`) to the process cuts all connections, without
 * DISCONNECT, and has all of them made anew at once; whoever is cut off before it has published tries again. When every
 * device has its PUBACK, or the time is over, the process sends a `RoundReport`; the first one is of the first coming.
 */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { generate } from 'mqtt-packet'
import { deviceName, telemetryTopic } from '../../test/support/device-names.js'
import { publishPacket } from '../../test/support/raw-mqtt.js'
import { Entry, type EntryOptions, expectConnack } from '../entry.js'
import { Histogram } from '../histogram.js'

export interface DevicesOptions extends EntryOptions {
  readonly count: number
  /** Index of the first device's login. */
  readonly firstLogin: number
}

export interface Round {
  /** Bring the TLS session of the connection before. */
  readonly resumes: boolean
}

export interface RoundReport {
  /** From the cut until the last device has its PUBACK. */
  readonly seconds: number
  /** From the cut to the PUBACK, over all devices. */
  readonly p50Seconds: number
  readonly p99Seconds: number
  /** Devices that had none when the time was over. */
  readonly missing: number
  /** Connections beyond one for each device. */
  readonly retries: number
  /** Connections whose session was resumed. */
  readonly resumed: number
  /** Of this process. */
  readonly cpuSeconds: number
}

const MAX_COMING_MS = 180_000
const MAX_STORM_MS = 60_000
const KEEP_ALIVE_S = 600
const RETRY_MS = 200
const RETRY_SPREAD_MS = 800
/** Of the first coming. */
const COMING_AT_ONCE = 100
/** Connections that are begun before what comes from the others is looked at. */
const BEGUN_IN_A_ROW = 50
const ANSWER_BYTES = 4

const { count, firstLogin, ...entryOptions } = JSON.parse(process.argv[2]!) as DevicesOptions
const entry = new Entry(entryOptions)

/** One storm, from the cut to the report. */
class Counts {
  readonly resumes: boolean
  readonly #startMs = performance.now()
  readonly #cpuBefore = process.cpuUsage()
  readonly #times = new Histogram()
  readonly #timer: NodeJS.Timeout
  #lastMs = 0
  #published = 0
  retries = 0
  resumed = 0

  constructor({ resumes }: Round, maxMs: number) {
    this.resumes = resumes
    this.#timer = setTimeout(() => this.#report(), maxMs)
  }

  /** A device has its PUBACK. */
  publishes(): void {
    this.#lastMs = performance.now() - this.#startMs
    this.#times.add(this.#lastMs)
    this.#published++
    if (this.#published === count) this.#report()
  }

  #report(): void {
    clearTimeout(this.#timer)
    const { user, system } = process.cpuUsage(this.#cpuBefore)
    const report: RoundReport = {
      seconds: this.#lastMs / 1000,
      p50Seconds: this.#times.quantile(0.5) / 1000,
      p99Seconds: this.#times.quantile(0.99) / 1000,
      missing: count - this.#published,
      retries: this.retries,
      resumed: this.resumed,
      cpuSeconds: (user + system) / 1e6,
    }
    process.send!(report)
  }
}

let round = new Counts({ resumes: false }, MAX_COMING_MS)

class Device {
  readonly #number: number
  readonly #connect: Buffer
  readonly #publish: Buffer
  #socket: Socket | undefined
  #session: Buffer | undefined
  #answers = 0
  #whenPublished: (() => void) | undefined

  constructor(number: number) {
    this.#number = number
    this.#connect = entry.connectPacket(firstLogin + number, deviceName(number), KEEP_ALIVE_S)
    this.#publish = generate(publishPacket(telemetryTopic(number), '{"temperature":21.5}', 1, 1))
  }

  published(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenPublished = resolve
    })
  }

  cut(): void {
    const socket = this.#socket
    this.#socket = undefined
    socket?.destroy()
  }

  connect(): void {
    const session = round.resumes ? this.#session : undefined
    const socket = entry.open({ session, localAddress: addressOf(this.#number) })
    this.#socket = socket
    this.#answers = 0
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      if (this.#socket === socket) this.#tryAgain()
    })
    if (socket instanceof TLSSocket) this.#watchSession(socket)
    socket.on('data', (chunk: Buffer) => this.#read(socket, chunk))
    socket.write(this.#connect)
  }

  #watchSession(socket: TLSSocket): void {
    socket.on('session', (session: Buffer) => {
      this.#session = session
    })
    socket.once('secureConnect', () => {
      if (socket.isSessionReused()) round.resumed++
    })
  }

  /** CONNACK, then PUBACK: four bytes each, and each asked for when the one before was there. */
  #read(socket: Socket, chunk: Buffer): void {
    if (chunk.length !== ANSWER_BYTES) throw new Error(`${chunk.length} bytes where an answer was due`)
    this.#answers++
    if (this.#answers === 1) {
      if (chunk[3] === 3) return void socket.destroy()
      expectConnack(chunk)
      socket.write(this.#publish)
      return
    }
    if (chunk[0] !== 0x40) throw new Error(`packet type ${chunk[0]} where a PUBACK was due`)
    round.publishes()
    this.#whenPublished?.()
  }

  #tryAgain(): void {
    if (this.#answers < 2) round.retries++
    const socket = this.#socket
    setTimeout(
      () => {
        if (this.#socket === socket) this.connect()
      },
      RETRY_MS + Math.random() * RETRY_SPREAD_MS,
    )
  }
}

/** Each its own, as devices of a plant have. */
function addressOf(number: number): string {
  return `127.1.${number >> 8}.${number & 255}`
}

const devices = Array.from({ length: count }, (_, number) => new Device(number))

async function comeOneByOne(): Promise<void> {
  let next = 0
  const queue = async () => {
    for (let device = devices[next++]; device !== undefined; device = devices[next++]) {
      const published = device.published()
      device.connect()
      await published
    }
  }
  await Promise.all(Array.from({ length: COMING_AT_ONCE }, queue))
}

function comeAtOnce(first: number): void {
  for (const device of devices.slice(first, first + BEGUN_IN_A_ROW)) device.connect()
  if (first + BEGUN_IN_A_ROW < count) setImmediate(comeAtOnce, first + BEGUN_IN_A_ROW)
}

process.on('message', (wanted: Round) => {
  for (const device of devices) device.cut()
  round = new Counts(wanted, MAX_STORM_MS)
  comeAtOnce(0)
})
process.once('disconnect', () => process.exit())
await comeOneByOne()
