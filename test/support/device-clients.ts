/**
 * Many devices in one process, each with an MQTT client of its own: `node device-clients.js '<DeviceClientsOptions>'`.
 * A client that is connected publishes one message and sends pings from then on; a connection that is lost is made anew.
 * On standard input, `storm` destroys every socket, without DISCONNECT. On standard output, `pinged` after each round of
 * pings, `storm` when the sockets of a storm are gone.
 */
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { generate } from 'mqtt-packet'
import { type DeviceClientsOptions, deviceName, telemetryTopic } from './device-names.js'
import { connectPacket, publishPacket } from './raw-mqtt.js'

const PING = Buffer.from([0xc0, 0])
const RETRY_MS = 20
const RETRY_SPREAD_MS = 500
const CONNECTS_AT_ONCE = 200

const { port, from, to, keepAliveS, pingEveryMs, publishEveryMs } = JSON.parse(
  process.argv[2]!,
) as DeviceClientsOptions

class DeviceClient {
  readonly #number: number
  #socket: Socket | undefined
  #isUp = false
  #published = 0

  constructor(number: number) {
    this.#number = number
  }

  connect(): void {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      this.#isUp = false
      setTimeout(() => this.connect(), RETRY_MS + Math.random() * RETRY_SPREAD_MS)
    })
    socket.write(generate(connectPacket({ clientId: deviceName(this.#number), keepalive: keepAliveS })))
    socket.once('data', () => {
      this.#isUp = true
      this.publish()
      socket.resume()
    })
  }

  publish(): void {
    if (!this.#isUp) return
    const id = (this.#published++ % 65_535) + 1
    this.#write(generate(publishPacket(telemetryTopic(this.#number), `{"n":${this.#published}}`, 1, id)))
  }

  ping(): void {
    if (this.#isUp) this.#write(PING)
  }

  destroy(): void {
    this.#socket?.destroy()
  }

  #write(bytes: Buffer): void {
    this.#socket?.write(bytes)
  }
}

const clients = Array.from({ length: to - from }, (_, i) => new DeviceClient(from + i))
for (let first = 0; first < clients.length; first += CONNECTS_AT_ONCE) {
  setTimeout(() => {
    for (const client of clients.slice(first, first + CONNECTS_AT_ONCE)) client.connect()
  }, first / 4)
}
setInterval(() => {
  for (const client of clients) client.ping()
  process.stdout.write('pinged\n')
}, pingEveryMs)
if (publishEveryMs !== undefined) {
  setInterval(() => {
    for (const client of clients) client.publish()
  }, publishEveryMs)
}
createInterface({ input: process.stdin }).on('line', (line) => {
  if (line !== 'storm') throw new Error(`unknown command ${line}`)
  for (const client of clients) client.destroy()
  process.stdout.write('storm\n')
})
