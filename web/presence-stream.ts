import type { DevicePresence } from '../src/live/protocol.js'
import type { Connection, StreamFrame } from './connection.js'

const INTERVAL_MS = 1000
const SUBSCRIBE_AGAIN_MS = 5000

export interface PresenceListener {
  onPresence(): void
  onRefused(message: string): void
}

/** Which devices below a node are there, and why; a subscription while someone follows it. */
export class PresenceStream {
  readonly #connection: Connection
  readonly #scope: string
  readonly #listener: PresenceListener
  /** By path. */
  readonly #devices = new Map<string, DevicePresence>()
  #stop: (() => void) | undefined

  constructor(connection: Connection, scope: string, listener: PresenceListener) {
    this.#connection = connection
    this.#scope = scope
    this.#listener = listener
  }

  /** Undefined for a device that is not there, or that a frame has no room for. */
  of(path: string): DevicePresence | undefined {
    return this.#devices.get(path)
  }

  follow(): void {
    if (this.#stop === undefined) this.#subscribe()
  }

  end(): void {
    this.#stop?.()
    this.#stop = undefined
    this.#devices.clear()
  }

  #subscribe(): void {
    const request = { topic: 'presence', scope: this.#scope, intervalMs: INTERVAL_MS } as const
    this.#stop = this.#connection.subscribe(
      request,
      (frame) => this.#take(frame),
      (message) => this.#refused(message),
    )
  }

  #take(frame: StreamFrame): void {
    if (frame.topic !== 'presence') return
    const { removed, devices } = frame.data
    if (frame.type === 'snapshot') this.#devices.clear()
    for (const path of removed) this.#devices.delete(path)
    for (const device of devices) this.#devices.set(device.device, device)
    this.#listener.onPresence()
  }

  #refused(message: string): void {
    this.#devices.clear()
    this.#listener.onPresence()
    this.#listener.onRefused(message)
    const timer = setTimeout(() => this.#subscribe(), SUBSCRIBE_AGAIN_MS)
    this.#stop = () => clearTimeout(timer)
  }
}
