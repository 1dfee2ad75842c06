import mqtt, { type IPublishPacket, type MqttClient } from 'mqtt'
import { seeded } from './random-mqtt.js'

const EVERY_MS = 2
/** As long as it has so many messages unacknowledged it makes nothing: a controller's memory is small. */
const MAX_UNACKNOWLEDGED = 20
const RESET_SHARE = 0.02
const MAX_PARTS_PER_MESSAGE = 3
/** Twice what can be made while no message is acknowledged, and a little more. */
const LEAST_AT_RESET = 2 * MAX_UNACKNOWLEDGED * MAX_PARTS_PER_MESSAGE + 10
const RECONNECT_MS = 30

/**
 * A machine with counters of good and bad parts, which begin again at 0 now and then, and shots per message. Its client keeps
 * what is not acknowledged and sends it again when its connection is back: with the DUP flag, as MQTT demands, or without, as
 * MQTT.js does.
 */
export class CountingMachine {
  readonly path: string
  /** What it really made. */
  readonly made = { good: 0, bad: 0, cycles: 0, resets: 0 }
  /** Messages that were sent more than once. */
  redelivered = 0
  readonly #topic: string
  readonly #random: () => number
  readonly #flagsRedelivery: boolean
  #client: MqttClient | undefined
  #timer: NodeJS.Timeout | undefined
  #good = 0
  #bad = 0
  #timeMs = 0
  #sentMs = 0
  #unacknowledged = 0
  #idle: () => void = () => undefined

  constructor(topic: string, seed: number, flagsRedelivery: boolean) {
    this.#topic = topic
    this.#flagsRedelivery = flagsRedelivery
    this.#random = seeded(seed)
    this.path = topic.split('/').slice(1, 5).join('/')
  }

  start(port: number): void {
    const client = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
      clientId: this.path.replaceAll('/', '-'),
      clean: false,
      reconnectPeriod: RECONNECT_MS,
    })
    client.on('error', () => undefined)
    client.on('packetsend', (packet) => {
      if (packet.cmd === 'publish') this.#sent(packet)
    })
    this.#client = client
    this.#say(0)
    this.#timer = setInterval(() => this.#work(), EVERY_MS)
  }

  /** Makes no more; resolves when all it said is acknowledged. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    if (this.#unacknowledged > 0) {
      await new Promise<void>((resolve) => {
        this.#idle = resolve
      })
    }
    await this.#client?.endAsync()
  }

  /** Right before it is written to the socket. */
  #sent(packet: IPublishPacket): void {
    const { ts } = JSON.parse(String(packet.payload)) as { ts: number }
    if (ts > this.#sentMs) this.#sentMs = ts
    else {
      this.redelivered++
      packet.dup = this.#flagsRedelivery
    }
  }

  #work(): void {
    if (this.#unacknowledged >= MAX_UNACKNOWLEDGED) return
    // A reset is seen when the first value that arrives after it lies below half of the value before, and MQTT.js may send
    // new messages ahead of those that it sends again.
    if (this.#good > LEAST_AT_RESET && this.#bad > LEAST_AT_RESET && this.#random() < RESET_SHARE)
      this.#reset()
    const good = Math.floor(this.#random() * (MAX_PARTS_PER_MESSAGE + 1))
    const bad = Math.floor(this.#random() * 3)
    this.#good += good
    this.#bad += bad
    this.made.good += good
    this.made.bad += bad
    this.#say(Math.floor(this.#random() * 5))
  }

  #reset(): void {
    this.#good = 0
    this.#bad = 0
    this.made.resets += 2
  }

  #say(shots: number): void {
    this.made.cycles += shots
    this.#timeMs = Math.max(this.#timeMs + 1, Date.now())
    const report = { ts: this.#timeMs, good_count: this.#good, bad_count: this.#bad, shots }
    this.#unacknowledged++
    this.#client?.publish(this.#topic, JSON.stringify(report), { qos: 1 }, (error) => {
      if (error) throw error
      if (--this.#unacknowledged === 0) this.#idle()
    })
  }
}
