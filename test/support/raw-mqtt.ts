import { connect, type Socket } from 'node:net'
import { generate, type Packet, parser } from 'mqtt-packet'

/** A client that sends exactly what it is told to, and keeps what comes back. */
export class RawMqtt {
  readonly received: Packet[] = []
  readonly socket: Socket
  readonly closed: Promise<void>
  isClosed = false
  #wake: () => void = () => undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1' })
    const parse = parser()
    parse.on('packet', (packet) => {
      this.received.push(packet)
      this.#wake()
    })
    this.socket.on('data', (chunk) => parse.parse(chunk))
    this.socket.on('error', () => undefined)
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => {
        this.isClosed = true
        this.#wake()
        resolve()
      })
    })
  }

  static async connect(port: number, options: Partial<ConnectOptions> = {}): Promise<RawMqtt> {
    const client = new RawMqtt(port)
    client.send(connectPacket(options))
    await client.next('connack')
    return client
  }

  send(...packets: Packet[]): void {
    this.socket.write(Buffer.concat(packets.map((packet) => generate(packet))))
  }

  of(cmd: Packet['cmd']): Packet[] {
    return this.received.filter((packet) => packet.cmd === cmd)
  }

  /** The packet of this kind after the first `skip` of them. */
  async next(cmd: Packet['cmd'], skip = 0): Promise<Packet> {
    for (;;) {
      const packet = this.of(cmd)[skip]
      if (packet !== undefined) return packet
      if (this.isClosed) throw new Error(`The connection was closed before a ${cmd} came.`)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  async end(): Promise<void> {
    this.socket.destroy()
    await this.closed
  }
}

interface ConnectOptions {
  clientId: string
  clean: boolean
  protocolVersion: 3 | 4 | 5
  keepalive: number
  username: string
  password: Buffer
  will: { topic: string; payload: Buffer; qos: 0 | 1 | 2; retain: boolean }
}

export function connectPacket(options: Partial<ConnectOptions> = {}): Packet {
  const protocolVersion = options.protocolVersion ?? 4
  return {
    cmd: 'connect',
    clientId: `raw-${Math.random().toString(36).slice(2)}`,
    clean: true,
    keepalive: 0,
    protocolVersion,
    protocolId: protocolVersion === 3 ? 'MQIsdp' : 'MQTT',
    ...options,
  }
}

export function publishPacket(
  topic: string,
  payload: string,
  qos: 0 | 1 | 2,
  messageId?: number,
  dup = false,
): Packet {
  const packet = { cmd: 'publish' as const, topic, payload, qos, dup, retain: false }
  return messageId === undefined ? packet : { ...packet, messageId }
}
