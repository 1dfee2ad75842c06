import type { Accept } from '../../../src/core/message.js'
import { Presence } from '../../../src/devices/presence/presence.js'
import type { Transition } from '../../../src/devices/presence/transitions.js'
import { BrokerRig, until } from '../../support/broker-rig.js'
import { type connectPacket, publishPacket, RawMqtt } from '../../support/raw-mqtt.js'
import { temporaryDirectory } from '../../support/state.js'
import { RegistryInMemory } from './registry-in-memory.js'

export const LINE = 'ningbo/moulding/line1'
export const INTERVAL_MS = 400
export const SURVIVAL_MS = 400
export const RESTART_GRACE_MS = 1_000

/** A broker and presence, wired as the gateway wires them. Devices publish on `ningbo/moulding/line1/<name>`. */
export class MqttPresenceRig {
  readonly registry = new RegistryInMemory()
  readonly transitions: Transition[] = []
  readonly #directory = temporaryDirectory()
  readonly #slots = new Map<string, number>()
  readonly #lastHeardMs: number[] = []
  #clients: (string | undefined)[] = []
  #writes: (() => void)[] = []
  #broker: BrokerRig | undefined
  #presence: Presence | undefined

  async start(restartGraceMs = RESTART_GRACE_MS): Promise<void> {
    const broker: BrokerRig = new BrokerRig(
      {
        accept: this.#accept,
        onSession: {
          opened: (clientId) => this.presence.sessionOpened(clientId),
          closed: (clientId, cause) => this.presence.sessionClosed(clientId, cause),
        },
      },
      this.#directory,
    )
    this.#broker = broker
    this.#presence = new Presence({
      registry: this.registry,
      state: broker.state,
      alongside: (write) => this.#writes.push(write),
      defaults: { intervalMs: INTERVAL_MS, survivalMs: SURVIVAL_MS },
      restartGraceMs,
    })
    this.presence.onTransition((transition) => this.transitions.push(transition))
    this.presence.start((slot) => this.#lastHeardMs[slot] ?? 0)
    await broker.broker.start()
  }

  get presence(): Presence {
    return this.#presence!
  }

  get port(): number {
    return this.#broker!.port
  }

  add(name: string, expectedIntervalMs = INTERVAL_MS): number {
    const slot = this.registry.add(`${LINE}/${name}`, { expectedIntervalMs })
    this.#slots.set(`${LINE}/${name}`, slot)
    return slot
  }

  /** Stops as the gateway does when it is told to, and leaves the directory. */
  async stop(): Promise<void> {
    const { broker, state, accepting } = this.#broker!
    await broker.close(2_000)
    await accepting.flush()
    this.presence.close()
    const writes = this.#writes
    this.#writes = []
    await state.commit(() => {
      for (const write of writes) write()
    })
    await state.close()
    this.registry.forgetReaders()
    this.#clients = []
  }

  async remove(): Promise<void> {
    await this.#broker!.remove()
    this.presence.close()
  }

  /** A client of that id that has published one message of the device, which is on disk. */
  async speaking(name: string, options: Parameters<typeof connectPacket>[0] = {}): Promise<RawMqtt> {
    const client = await RawMqtt.connect(this.port, { clientId: `client-${name}`, ...options })
    await this.speak(client, name)
    return client
  }

  async speak(client: RawMqtt, name: string): Promise<void> {
    const before = client.of('puback').length
    client.send(publishPacket(`${LINE}/${name}`, '{"v":1}', 1, before + 1))
    await client.next('puback', before)
  }

  /** `from>to` of the device's transitions. */
  steps(slot: number): string[] {
    return this.transitions.filter((one) => one.slot === slot).map(({ from, to }) => `${from}>${to}`)
  }

  stateOf(slot: number): string {
    return this.presence.of(slot).state
  }

  async reaches(slot: number, state: string): Promise<void> {
    await until(() => this.stateOf(slot) === state)
  }

  sum(kind: keyof Presence['sums']): number {
    return this.presence.sums[kind].of(this.registry.tree.root)
  }

  readonly #accept: Accept = (message, clientId, settled) => {
    const slot = this.#slots.get(message.topic)
    if (slot === undefined) return this.#broker!.accepting.accept(message, clientId, settled)
    if (this.#clients[slot] !== clientId) this.presence.linked(slot, clientId)
    this.#clients[slot] = clientId
    this.#broker!.accepting.accept(message, clientId, (error) => {
      this.#lastHeardMs[slot] = Date.now()
      this.presence.heard(slot, Date.now())
      settled(error)
    })
  }
}
