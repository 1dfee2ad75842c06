import { createSocket, type Socket as UdpSocket } from 'node:dgram'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'

export interface SyslogMessage {
  readonly priority: number
  readonly event: string
  readonly structured: string
  readonly text: string
}

/** `<PRI>1 TIME HOST APP PID MSGID [SD]… BOM text`, as RFC 5424 has it. */
const MESSAGE =
  /^<(\d{1,3})>1 (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z) ([!-~]+) linegate (\d+) ([!-~]{1,32}) ((?:\[[!-~]+@\d+(?: [!-~]{1,32}="(?:[^"\\\]]|\\["\\\]])*")*\])+) \ufeff([^\n]*)$/

export function parseSyslog(text: string): SyslogMessage {
  const match = MESSAGE.exec(text)
  if (match === null) throw new Error(`no message of RFC 5424: ${text}`)
  return { priority: Number(match[1]), event: match[5]!, structured: match[6]!, text: match[7]! }
}

/** Messages of a stream with octet counting (RFC 6587): `LENGTH SP message`. */
export class OctetReader {
  #rest = Buffer.alloc(0)

  read(piece: Buffer): string[] {
    this.#rest = Buffer.concat([this.#rest, piece])
    const found: string[] = []
    for (;;) {
      const space = this.#rest.indexOf(0x20)
      if (space < 0) return found
      const length = Number(this.#rest.toString('latin1', 0, space))
      if (!Number.isInteger(length) || length === 0) throw new Error('no octet count')
      if (this.#rest.length < space + 1 + length) return found
      found.push(this.#rest.toString('utf8', space + 1, space + 1 + length))
      this.#rest = this.#rest.subarray(space + 1 + length)
    }
  }
}

/** A syslog server over TCP or TLS on a free port; it can be stopped and started again on the same one. */
export class SyslogServer {
  readonly messages: SyslogMessage[] = []
  readonly #tls: TlsOptions | undefined
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  port = 0

  constructor(tls?: TlsOptions) {
    this.#tls = tls
  }

  async start(): Promise<this> {
    const take = (socket: Socket) => this.#take(socket)
    this.#server = this.#tls === undefined ? createServer(take) : createTlsServer(this.#tls, take)
    this.#server.listen(this.port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.port = (this.#server.address() as AddressInfo).port
    return this
  }

  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = once(server, 'close')
    server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #take(socket: Socket): void {
    const reader = new OctetReader()
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    socket.on('data', (piece: Buffer) => {
      for (const text of reader.read(piece)) this.messages.push(parseSyslog(text))
    })
  }
}

/** A syslog server over UDP on a free port. */
export class UdpSyslogServer {
  readonly messages: SyslogMessage[] = []
  readonly datagrams: Buffer[] = []
  readonly #socket: UdpSocket = createSocket('udp4')

  async start(): Promise<this> {
    this.#socket.on('message', (datagram) => {
      this.datagrams.push(datagram)
      this.messages.push(parseSyslog(datagram.toString()))
    })
    this.#socket.bind(0, '127.0.0.1')
    await once(this.#socket, 'listening')
    return this
  }

  get port(): number {
    return this.#socket.address().port
  }

  async stop(): Promise<void> {
    this.#socket.close()
    await once(this.#socket, 'close')
  }
}
