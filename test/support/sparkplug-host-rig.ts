import { rmSync } from 'node:fs'
import { connectAsync, type MqttClient } from 'mqtt'
import type { InboundMessage } from '../../src/core/message.js'
import { SparkplugHost, type SparkplugHostOptions } from '../../src/sparkplug/host.js'
import { BrokerRig } from './broker-rig.js'
import { MemoryStore } from './memory-store.js'
import { Decoding } from './sparkplug-decoding.js'

export interface Heard {
  readonly topic: string
  readonly payload: Buffer
  readonly retain: boolean
  readonly qos: number
}

export interface HostRigParts {
  readonly options?: Partial<SparkplugHostOptions>
  /** Of an earlier rig, to go on where it ended. */
  readonly store?: MemoryStore
  readonly directory?: string
  readonly random?: () => number
  /** The host does not start before the broker takes connections; the test starts it. */
  readonly isLate?: boolean
}

export const HOST_OPTIONS: SparkplugHostOptions = {
  hostId: 'gateway',
  primary: true,
  certificates: true,
  reorderTimeoutMs: 200,
  rebirthMinIntervalMs: 60_000,
  rebirthMaxIntervalMs: 60_000,
  rebirthSpreadMs: 0,
}

/** A broker with a host application in it, and a decoder. */
export class SparkplugHostRig {
  readonly store: MemoryStore
  readonly broker: BrokerRig
  readonly decoding: Decoding
  readonly host: SparkplugHost
  /** What was decoded: topic, and points or the code of the failure. */
  readonly taken: { topic: string; result: ReturnType<Decoding['take']> }[] = []
  readonly died: { slot: number; whose: string; atMs: number }[] = []
  readonly places: string[] = []
  readonly warnings: object[] = []
  readonly #clients: MqttClient[] = []
  #isOpen = true
  #isKilled = false
  static readonly #rigs = new Set<SparkplugHostRig>()

  constructor({ options = {}, store, directory, random, isLate = false }: HostRigParts = {}) {
    this.store = store ?? new MemoryStore()
    this.broker = new BrokerRig(
      {
        accept: (message, _client, settled) => {
          this.#accept(message)
          settled()
        },
        inner: {
          start: async () => (isLate ? undefined : this.host.start()),
          close: async () => (this.#isKilled ? undefined : this.host.close()),
        },
      },
      directory,
      false,
    )
    this.host = new SparkplugHost({
      options: { ...HOST_OPTIONS, ...options },
      publish: (packet) => this.broker.broker.publish(packet),
      subscribe: (topic, listener) => this.broker.broker.subscribe(topic, listener),
      state: this.broker.state,
      presence: { died: (slot, atMs, whose) => this.died.push({ slot, atMs, whose }) },
      slotOf: ({ site, line, device }) => this.#slotOf([site, line, device].filter(Boolean).join('/')),
      // Blocks of this rig are as short as can be.
      afterBlock: (run) => setImmediate(run),
      logger: { debug() {}, info() {}, warn: (fields) => this.warnings.push(fields), error() {} },
      ...(random === undefined ? {} : { random }),
    })
    this.decoding = new Decoding({ store: this.store, events: this.host })
    SparkplugHostRig.#rigs.add(this)
  }

  /** Ends what tests have left open. */
  static async removeAll(): Promise<void> {
    for (const rig of SparkplugHostRig.#rigs) await rig.#remove()
    SparkplugHostRig.#rigs.clear()
  }

  static async start(parts: HostRigParts = {}): Promise<SparkplugHostRig> {
    const rig = new SparkplugHostRig(parts)
    await rig.broker.broker.start()
    return rig
  }

  get url(): string {
    return this.broker.url
  }

  async connect(clientId: string): Promise<MqttClient> {
    const client = await connectAsync(this.url, { clientId, reconnectPeriod: 0 })
    this.#clients.push(client)
    return client
  }

  /** What subscribers of a filter get, from now on. */
  async listen(filter: string): Promise<Heard[]> {
    const heard: Heard[] = []
    const client = await this.connect(`listener-${this.#clients.length}`)
    client.on('message', (topic, payload, { retain, qos }) => heard.push({ topic, payload, retain, qos }))
    await client.subscribeAsync(filter, { qos: 1 })
    return heard
  }

  resultsOn(topic: string): (readonly string[] | string)[] {
    return this.taken
      .filter((taken) => taken.topic === topic)
      .map(({ result }) =>
        typeof result === 'string'
          ? result
          : result.map(({ fields }) => fields.map(([name, , text]) => `${name}=${text}`).join(' ')),
      )
  }

  /** Devices that presence was told of, by place and by whose certificate it was. */
  get dead(): string[] {
    return this.died.map(({ slot, whose }) => `${this.places[slot]} ${whose}`)
  }

  /** The host goes without a word, as one that is killed. */
  async kill(): Promise<void> {
    this.#isKilled = true
    await this.close()
  }

  /** Leaves directory and store for another rig. */
  async close(): Promise<void> {
    this.#isOpen = false
    await this.broker.close()
    for (const client of this.#clients) client.end(true)
  }

  async #remove(): Promise<void> {
    if (this.#isOpen) await this.close()
    rmSync(this.broker.directory, { recursive: true, force: true })
  }

  #accept({ topic, payload }: InboundMessage): void {
    if (!topic.startsWith('spBv1.0/') || !this.decoding.decoder.isTelemetry(topic)) return
    this.taken.push({ topic, result: this.decoding.take(topic, Buffer.from(payload)) })
  }

  #slotOf(place: string): number {
    const known = this.places.indexOf(place)
    return known >= 0 ? known : this.places.push(place) - 1
  }
}
