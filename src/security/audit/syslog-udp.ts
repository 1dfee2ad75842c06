import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import type { SyslogTransport } from './syslog-transport.js'

/** What every receiver should take (RFC 5426, 3.2). */
const MAX_BYTES = 2_048

/** One message a datagram. Nobody says whether it arrived. */
export class UdpTransport implements SyslogTransport {
  readonly maxBytes = MAX_BYTES
  readonly #options: { readonly host: string; readonly port: number }
  #socket: Socket | undefined

  constructor(options: { readonly host: string; readonly port: number }) {
    this.#options = options
  }

  async send(messages: readonly Buffer[]): Promise<void> {
    this.#socket ??= await this.#connect()
    try {
      for (const message of messages) await sendOne(this.#socket, message)
    } catch (error) {
      await this.close()
      throw error
    }
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return
    socket.close()
    await once(socket, 'close')
  }

  /** Connected, so that a server that refuses its port is noticed, and the name is not looked up for each message. */
  async #connect(): Promise<Socket> {
    const { host, port } = this.#options
    const { address, family } = await lookup(host)
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4' })
    socket.connect(port, address)
    await once(socket, 'connect')
    // A refusal of what was sent before; the next send tells of its own.
    socket.on('error', () => {
      if (this.#socket === socket) void this.close()
    })
    return socket
  }
}

function sendOne(socket: Socket, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.send(message, (error) => (error === null ? resolve() : reject(error)))
  })
}
