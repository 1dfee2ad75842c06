import { setMaxListeners } from 'node:events'
import { type Fleet, loadFleet, pathOf } from './fleet.js'
import { Connection } from './mqtt/connection.js'
import { Counters } from './mqtt/counters.js'
import type { Credentials, Qos } from './mqtt/link.js'
import { closeAll, openAll } from './mqtt/pool.js'
import { Pump } from './pump.js'
import { scaleFleet } from './scale.js'
import type { SimulationSummary } from './summary.js'
import { VirtualDevice } from './virtual-device.js'

export type { SimulationSummary } from './summary.js'

export interface SimulationOptions {
  /** A fleet, or the path of its file. */
  readonly fleet: string | Fleet
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`; may hold user and password. */
  readonly brokerUrl: string
  /** How much faster than real time the fleet lives; more than 0. */
  readonly speed: number
  /** Scales the fleet to this many. */
  readonly devices?: number
  /** Of real time; without it the fleet goes on until the signal. */
  readonly durationMs?: number
  /** 1 when absent. */
  readonly qos?: Qos
  /** Connections to share among the devices; one each when absent. */
  readonly connections?: number
  readonly signal: AbortSignal
  /** Called about twice a second. */
  readonly onProgress?: (progress: SimulationProgress) => void
  /** Epoch milliseconds that the messages start from; now when absent. */
  readonly startMs?: number
  /** Messages per connection that may wait for their acknowledgement; 256 when absent. */
  readonly maxInFlight?: number
  /** How long the end waits for acknowledgements; 3,000 when absent. */
  readonly drainTimeoutMs?: number
  readonly credentials?: Credentials
  /** What the client ids start with; `sim` when absent. Two runs at one broker need different ones. */
  readonly clientIdPrefix?: string
}

export interface SimulationProgress {
  readonly phase: 'connecting' | 'publishing' | 'stopping'
  readonly devices: number
  readonly connections: number
  readonly connected: number
  readonly sent: number
  readonly acknowledged: number
  /** Since publishing began. */
  readonly elapsedMs: number
  /** How far the fleet is behind its clock, in real time. */
  readonly behindMs: number
}

const PROGRESS_MS = 500
const MAX_IN_FLIGHT = 256
const DRAIN_TIMEOUT_MS = 3_000

/**
 * Lets a fleet publish until its time is over or the signal aborted, waits for the acknowledgements on their way, and
 * says what was sent and acknowledged.
 * @throws {GatewayError} LG_FLEET_UNREADABLE, LG_FLEET_INVALID, LG_BROKER_UNREACHABLE
 */
export async function simulate(options: SimulationOptions): Promise<SimulationSummary> {
  const fleet = typeof options.fleet === 'string' ? await loadFleet(options.fleet) : options.fleet
  const scaled = options.devices === undefined ? fleet : scaleFleet(fleet, options.devices)
  return new Simulation(options, scaled).run()
}

class Simulation {
  readonly #options: SimulationOptions
  readonly #fleet: Fleet
  readonly #counters = new Counters()
  /** Ends attempts to connect; of our own, since every connection listens to it. */
  readonly #connecting = new AbortController()
  readonly #connections: readonly Connection[]
  #phase: SimulationProgress['phase'] = 'connecting'
  #pump: Pump | undefined

  constructor(options: SimulationOptions, fleet: Fleet) {
    this.#options = options
    this.#fleet = fleet
    setMaxListeners(0, this.#connecting.signal)
    const count = Math.min(options.connections ?? fleet.devices.length, fleet.devices.length)
    this.#connections = Array.from({ length: count }, (_, at) => this.#createConnection(at, count))
  }

  async run(): Promise<SimulationSummary> {
    const { brokerUrl, signal, drainTimeoutMs = DRAIN_TIMEOUT_MS } = this.#options
    const ticker = setInterval(() => this.#report(), PROGRESS_MS)
    const abort = (): void => this.#connecting.abort()
    let published = { elapsedMs: 0, behindMs: 0 }
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    try {
      await openAll(this.#connections, brokerUrl, this.#connecting.signal)
      if (!signal.aborted) published = await this.#publish()
    } finally {
      this.#phase = 'stopping'
      abort()
      signal.removeEventListener('abort', abort)
      await closeAll(this.#connections, drainTimeoutMs)
      clearInterval(ticker)
    }
    this.#report()
    return this.#summary(published)
  }

  #createConnection(at: number, count: number): Connection {
    const { brokerUrl, qos = 1, credentials = {}, maxInFlight = MAX_IN_FLIGHT } = this.#options
    const { devices } = this.#fleet
    const prefix = this.#options.clientIdPrefix ?? 'sim'
    const isOwn = count === devices.length
    return new Connection({
      url: brokerUrl,
      clientId: isOwn ? `${prefix}-${pathOf(devices[at]!).replaceAll('/', '.')}` : `${prefix}-${at + 1}`,
      qos,
      credentials,
      counters: this.#counters,
      maxInFlight,
      signal: this.#connecting.signal,
      onReady: (connection) => this.#pump?.release(connection),
    })
  }

  async #publish(): Promise<{ elapsedMs: number; behindMs: number }> {
    const { speed, signal, startMs = Date.now(), durationMs = Number.POSITIVE_INFINITY } = this.#options
    const timing = { startMs, speed }
    const devices = this.#fleet.devices.map((plan) => new VirtualDevice(plan, this.#fleet, timing))
    const connectionOf = (device: number): Connection => this.#connections[device % this.#connections.length]!
    const pump = new Pump({ devices, connectionOf, speed, durationMs, counters: this.#counters })
    const stop = (): void => pump.stop()
    this.#pump = pump
    this.#phase = 'publishing'
    signal.addEventListener('abort', stop, { once: true })
    await pump.run()
    signal.removeEventListener('abort', stop)
    return { elapsedMs: pump.elapsedMs, behindMs: pump.behindMs }
  }

  #report(): void {
    const { sent, acknowledged } = this.#counters
    this.#options.onProgress?.({
      phase: this.#phase,
      devices: this.#fleet.devices.length,
      connections: this.#connections.length,
      connected: this.#connections.filter(({ isConnected }) => isConnected).length,
      sent,
      acknowledged,
      elapsedMs: this.#pump?.elapsedMs ?? 0,
      behindMs: this.#pump?.behindMs ?? 0,
    })
  }

  #summary({ elapsedMs, behindMs }: { elapsedMs: number; behindMs: number }): SimulationSummary {
    const seconds = elapsedMs / 1000
    return {
      devices: this.#fleet.devices.length,
      connections: this.#connections.length,
      ...this.#counters,
      seconds,
      rate: seconds === 0 ? 0 : this.#counters.sent / seconds,
      behindMs,
    }
  }
}
