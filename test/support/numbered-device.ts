import { connect, type Socket } from 'node:net'

/**
 * A device that publishes numbered points at QoS 1 over a raw socket and remembers which numbers were acknowledged.
 * After a broken connection it goes on with the next number: what was not acknowledged is not sent again.
 */
export class NumberedDevice {
  readonly topic: string
  readonly acknowledged: number[] = []
  sent = 0
  readonly #window: number
  readonly #inFlight = new Map<number, number>()
  #socket: Socket | undefined
  #rest: Buffer = Buffer.alloc(0)
  #nextId = 1
  #publishing = false

  constructor(topic: string, window: number) {
    this.topic = topic
    this.#window = window
  }

  /** Connects and publishes until `stop` or until the connection breaks. */
  async start(port: number): Promise<void> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.#socket = socket
    this.#inFlight.clear()
    this.#rest = Buffer.alloc(0)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      this.#publishing = false
    })
    socket.write(connectPacket(this.topic.replaceAll('/', '-')))
    await new Promise<void>((resolve, reject) => {
      socket.once('data', () => resolve())
      socket.once('close', () => reject(new Error('the connection closed before its CONNACK')))
    })
    socket.on('data', (chunk) => this.#read(chunk))
    this.#publishing = true
    this.#fill()
  }

  /** Publishes no more; resolves when every message was acknowledged. */
  async stop(): Promise<void> {
    this.#publishing = false
    const end = Date.now() + 20_000
    while (this.#inFlight.size > 0) {
      if (Date.now() > end)
        throw new Error(`${this.topic}: ${this.#inFlight.size} messages were not acknowledged`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    this.#socket?.destroy()
  }

  #fill(): void {
    while (this.#publishing && this.#inFlight.size < this.#window) {
      const n = this.sent++
      const id = this.#nextId
      this.#nextId = id === 65_535 ? 1 : id + 1
      this.#inFlight.set(id, n)
      this.#socket?.write(publishPacket(this.topic, id, `{"n":${n}}`))
    }
  }

  #read(chunk: Buffer): void {
    const bytes = Buffer.concat([this.#rest, chunk])
    let at = 0
    for (; at + 4 <= bytes.length; at += 4) {
      const id = bytes.readUInt16BE(at + 2)
      const n = this.#inFlight.get(id)
      if (bytes[at] !== 0x40 || n === undefined)
        throw new Error(`unexpected packet ${bytes[at]} for id ${id}`)
      this.#inFlight.delete(id)
      this.acknowledged.push(n)
    }
    this.#rest = bytes.subarray(at)
    this.#fill()
  }
}

function connectPacket(clientId: string): Buffer {
  const id = Buffer.from(clientId)
  const head = [0x10, 12 + id.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, id.length]
  return Buffer.concat([Buffer.from(head), id])
}

function publishPacket(topic: string, id: number, payload: string): Buffer {
  const name = Buffer.from(topic)
  const length = 2 + name.length + 2 + payload.length
  const head = length < 128 ? [0x32, length] : [0x32, (length & 127) | 128, length >> 7]
  const prefix = Buffer.from([...head, name.length >> 8, name.length & 255])
  return Buffer.concat([prefix, name, Buffer.from([id >> 8, id & 255]), Buffer.from(payload)])
}
