import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { Aedes } from 'aedes'

export interface Recorded {
  readonly clientId: string
  readonly topic: string
  readonly payload: Buffer
}

/** A stock MQTT broker on a free loopback port that remembers what clients publish. */
export class PublishRecorder {
  readonly messages: Recorded[] = []
  /** Connections accepted so far. */
  connects = 0
  /** While set, messages are taken and not acknowledged. */
  isMute = false
  #port = 0
  readonly #broker: Aedes
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  private constructor(broker: Aedes) {
    this.#broker = broker
    this.#server = createServer(broker.handle)
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
  }

  static async start(): Promise<PublishRecorder> {
    const recorder = new PublishRecorder(await Aedes.createBroker())
    recorder.#record()
    await recorder.listen()
    return recorder
  }

  async listen(port = this.#port): Promise<void> {
    this.#server.listen(port, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** No new connections; those there are stay. */
  stopListening(): void {
    this.#server.close()
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.#port}`
  }

  get connected(): number {
    return this.#sockets.size
  }

  /** Breaks off every connection. */
  dropAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  async close(): Promise<void> {
    this.dropAll()
    await new Promise<void>((resolve) => this.#server.close(() => resolve()))
    await new Promise<void>((resolve) => this.#broker.close(resolve))
  }

  #record(): void {
    this.#broker.on('client', () => {
      this.connects++
    })
    this.#broker.authorizePublish = (client, { topic, payload }, callback) => {
      this.messages.push({ clientId: client?.id ?? '', topic, payload: Buffer.from(payload) })
      // The acknowledgement leaves only after the callback.
      if (!this.isMute) callback(null)
    }
  }
}
