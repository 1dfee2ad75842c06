import { readFile } from 'node:fs/promises'
import { connect as connectTcp, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { SyslogTransport } from './syslog-transport.js'

interface StreamOptions {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  readonly caFile?: string
}

const CONNECT_TIMEOUT_MS = 10_000
/** A server that takes nothing for this long is left. */
const STALLED_MS = 30_000
const KEEP_ALIVE_MS = 30_000

/** Octet counting (RFC 6587, 3.4.1; RFC 5425, 4.3): the length of a message, a space, and the message. */
export class StreamTransport implements SyslogTransport {
  readonly maxBytes = Number.POSITIVE_INFINITY
  readonly #options: StreamOptions
  #socket: Socket | undefined

  constructor(options: StreamOptions) {
    this.#options = options
  }

  async send(messages: readonly Buffer[]): Promise<void> {
    this.#socket ??= await this.#connect()
    const socket = this.#socket
    const frames = messages.flatMap((message) => [Buffer.from(`${message.length} `), message])
    try {
      await written(socket, Buffer.concat(frames))
    } catch (error) {
      this.#drop(socket)
      throw error
    }
  }

  async close(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return
    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve())
      socket.end(() => socket.destroy())
      socket.setTimeout(500, () => socket.destroy())
    })
  }

  async #connect(): Promise<Socket> {
    const socket = await this.#dial()
    try {
      await settled(socket, this.#options.transport === 'tls' ? 'secureConnect' : 'connect')
    } catch (error) {
      socket.destroy()
      throw error
    }
    socket.setKeepAlive(true, KEEP_ALIVE_MS)
    // Servers say nothing; reading tells when one goes.
    socket.resume()
    for (const event of ['error', 'end', 'close']) socket.on(event, () => this.#drop(socket))
    return socket
  }

  async #dial(): Promise<Socket> {
    const { transport, host, port, caFile } = this.#options
    if (transport !== 'tls') return connectTcp({ host, port })
    // Read at each connection: authorities are replaced while the gateway runs.
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile) }
    const name = isIP(host) === 0 ? { servername: host } : {}
    return connectTls({ host, port, ...ca, ...name, minVersion: 'TLSv1.2' })
  }

  #drop(socket: Socket): void {
    socket.destroy()
    if (this.#socket === socket) this.#socket = undefined
  }
}

/** Resolves at the event; rejects at an error, an end, or when neither comes in time. */
function settled(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no connection in time')), CONNECT_TIMEOUT_MS)
    const end = (error?: Error) => {
      clearTimeout(timer)
      if (error === undefined) resolve()
      else reject(error)
    }
    socket.once(event, () => end())
    socket.once('error', (error) => end(error))
    socket.once('close', () => end(new Error('the connection was closed')))
  })
}

function written(socket: Socket, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('it takes nothing any more')), STALLED_MS)
    const gone = () => end(new Error('the connection was closed'))
    const end = (error?: Error | null) => {
      clearTimeout(timer)
      socket.off('close', gone)
      if (error == null) resolve()
      else reject(error)
    }
    socket.once('close', gone)
    socket.write(bytes, end)
  })
}
