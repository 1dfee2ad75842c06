/**
 * The MQTT broker: Aedes with the listeners, with sessions on disk (persistence.ts), and with an acknowledgement that
 * waits for `accept` (hooks.ts). What a client sends can close that client's connection and nothing else.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { Aedes, type AedesOptions, type Connection } from 'aedes'
import { causeOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Accept } from '../core/message.js'
import type { StateStore } from '../core/state.js'
import { within } from '../core/within.js'
import type { AedesBroker, AedesClient } from './aedes-internals.js'
import { type BrokerCounters, ClientFaults } from './client-faults.js'
import { guard } from './connection.js'
import { createHooks } from './hooks.js'
import { type InnerClient, type OwnPacket, publishOwn, subscribeOwn } from './inner-client.js'
import { LaneTopics } from './lane-topics.js'
import { Lanes, type LanesParts } from './lanes.js'
import { Listener, type ListenerAddress, type ListenerOptions } from './listener.js'
import { OnceEach } from './once-each.js'
import { Persistence } from './persistence.js'
import { SessionEvents, type SessionListener } from './session-events.js'
import { MAX_TOPIC_LEVELS } from './topic-name.js'
import { WebSocketEntrance } from './web-socket.js'

/** Where accepted messages become durable: the spool. */
export interface Durability {
  /** Has a write made in the transaction of the block that is open now. */
  alongside(write: () => void): void
  /** Resolves when everything accepted so far is on disk and settled. */
  flush(): Promise<void>
}

/** For telemetry that goes straight from its frame to `accept` (express-lane.ts). */
export interface LaneOptions {
  /** Whether messages of a topic are telemetry. */
  isTelemetry(topic: string, clientId: string): boolean
  /** Whether senders must be slowed down. */
  underPressure(): boolean
}

export interface BrokerOptions {
  readonly accept: Accept
  /** Without it, everything goes through Aedes. */
  readonly lane?: LaneOptions
  readonly durability: Durability
  readonly state: StateStore
  readonly logger: Logger
  /** Told of sessions that begin and end; not of those that end because the broker is closed. */
  readonly onSession?: SessionListener
  readonly listeners: readonly ListenerOptions[]
  /** Largest MQTT packet; a client that sends a larger one is disconnected. */
  readonly maxPacketBytes: number
  /** Messages kept for one persistent session; 10,000 when absent. The oldest are dropped past it. */
  readonly maxQueuedMessages?: number
  /** Bytes kept for one persistent session; 16 MiB when absent. */
  readonly maxQueuedBytes?: number
  /** A subscriber that leaves more bytes than this unread is disconnected; 32 MiB when absent. */
  readonly maxUnsentBytes?: number
  /** Milliseconds a connection has for its CONNECT; 30,000 when absent. */
  readonly connectTimeoutMs?: number
  readonly inner?: InnerClient
  /**
   * Wills of clients that were connected when an earlier run ended are published after this many milliseconds, unless
   * their clients are back by then; 60,000 when absent.
   */
  readonly leftWillsAfterMs?: number
}

const DEFAULTS = {
  maxQueuedMessages: 10_000,
  maxQueuedBytes: 16 * 1_048_576,
  maxUnsentBytes: 32 * 1_048_576,
  connectTimeoutMs: 30_000,
  leftWillsAfterMs: 60_000,
}

/** Aedes looks for wills of other brokers once in so many heartbeats. */
const HEARTBEATS_PER_SEARCH = 4

/** QoS 2 messages of one client between PUBLISH and PUBREL. */
const MAX_INCOMING_QOS2 = 10_000

type Settings = BrokerOptions & typeof DEFAULTS

export class Broker {
  readonly #settings: Settings
  readonly #faults: ClientFaults
  readonly #persistence: Persistence
  readonly #aedes: AedesBroker
  readonly #onceEach: OnceEach
  readonly #lanes: Lanes | undefined
  readonly #sessions: SessionEvents | undefined
  readonly #webSockets: WebSocketEntrance
  readonly #listeners: readonly Listener[]
  readonly #connections = new Set<AedesClient>()
  #isOpen = false
  #closing = false

  constructor(options: BrokerOptions) {
    this.#settings = { ...DEFAULTS, ...options }
    this.#faults = new ClientFaults(options.logger)
    this.#persistence = this.#newPersistence()
    this.#aedes = new Aedes(this.#aedesOptions()) as AedesBroker
    this.#onceEach = new OnceEach(this.#aedes.id)
    this.#aedes.authorizeForward = this.#onceEach.forward
    this.#lanes = this.#newLanes()
    this.#sessions = options.onSession && new SessionEvents(options.onSession)
    this.#webSockets = new WebSocketEntrance(options.maxPacketBytes, this.#connected)
    this.#listeners = options.listeners.map(
      (listener) => new Listener(listener, this.#connected, this.#webSockets, options.logger),
    )
  }

  /** @throws {GatewayError} LG_LISTEN_FAILED, LG_TLS_UNUSABLE; nothing is left open then. */
  async start(): Promise<void> {
    const aedes = this.#aedes
    aedes.on('clientError', (client, error) => this.#faults.closed(client, error))
    aedes.on('connectionError', (client, error) => this.#faults.closed(client, error))
    aedes.addListener('error', (error: unknown) => this.#failed(error))
    unregisterOnlyItself(aedes)
    this.#sessions?.watch(aedes)
    await aedes.listen()
    this.#isOpen = true
    keepAlive(aedes)
    try {
      await this.#settings.inner?.start()
      for (const listener of this.#listeners) await listener.start()
    } catch (error) {
      await this.close(0)
      throw error
    }
  }

  /**
   * Takes no more connections, reads no more packets, and gives what was accepted `graceMs` to reach the disk and be
   * acknowledged; then ends all connections. Wills stay on disk for the next run (MQTT 3.1.1, 3.1.2.5).
   */
  async close(graceMs: number): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    this.#sessions?.stop()
    const stopped = this.#listeners.map((listener) => listener.stop())
    for (const client of this.#connections) client.pause()
    await this.#drain(graceMs)
    if (this.#isOpen) await this.#settings.inner?.close()
    for (const client of this.#connections) client.will = null
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()))
    for (const client of this.#connections) client.close()
    await Promise.all(stopped)
    await this.#persistence.close(graceMs)
  }

  /** Where it listens, in the order of the options; after `start`. */
  addresses(): ListenerAddress[] {
    return this.#listeners.map((listener) => listener.address)
  }

  /** Takes a WebSocket upgrade that came in on another HTTP server. */
  handleWebSocket(socket: Duplex, request: IncomingMessage, head: Buffer): void {
    if (this.#closing) socket.destroy()
    else this.#webSockets.handle(socket, request, head)
  }

  /** Of the gateway itself, as a client would send it. Resolves when it is delivered and, if retained, kept. */
  publish(packet: OwnPacket): Promise<void> {
    return publishOwn(this.#aedes, packet)
  }

  /** Gives messages of a topic to `listener`, the retained one first, until what it resolves to is called. */
  subscribe(topic: string, listener: (payload: Buffer) => void): Promise<() => Promise<void>> {
    return subscribeOwn(this.#aedes, this.#persistence, topic, listener)
  }

  get connectedClients(): number {
    return this.#aedes.connectedClients
  }

  get counters(): Readonly<BrokerCounters> {
    return this.#faults.counters
  }

  readonly #connected = (connection: Connection, request?: IncomingMessage): void => {
    if (this.#closing) {
      connection.destroy()
      return
    }
    const client = this.#aedes.handle(connection, request) as AedesClient
    guard(client, this.#settings, this.#lanes)
    this.#onceEach.guard(client)
    this.#connections.add(client)
    connection.once('close', () => this.#connections.delete(client))
  }

  async #drain(graceMs: number): Promise<void> {
    await within(graceMs, this.#settings.durability.flush())
    // The handlers that were called back write their acknowledgements, which leave the process a turn later.
    await turn()
    await turn()
  }

  /** Other topics than before are telemetry. */
  telemetryChanged(): void {
    this.#lanes?.topics.forget()
  }

  #newLanes(): Lanes | undefined {
    const { accept, lane } = this.#settings
    if (lane === undefined) return undefined
    const isQueuedFor = (topic: string) => this.#persistence.isQueuedFor(topic)
    return new Lanes({
      accept,
      topics: new LaneTopics(this.#aedes, lane.isTelemetry, isQueuedFor),
      underPressure: lane.underPressure,
      prepare: (packet) => this.#persistence.prepare(packet),
      // As the handler of PUBLISH calls it; the published types leave the sender out.
      publish: this.#aedes.publish.bind(this.#aedes) as unknown as LanesParts['publish'],
    })
  }

  #newPersistence(): Persistence {
    const { state, logger, durability, maxQueuedMessages, maxQueuedBytes } = this.#settings
    return new Persistence({
      state,
      logger,
      queueLimits: { maxMessages: maxQueuedMessages, maxBytes: maxQueuedBytes },
      onDropped: (clientId) => this.#faults.dropped(clientId),
      alongside: (write) => durability.alongside(write),
    })
  }

  #aedesOptions(): AedesOptions {
    const { accept, connectTimeoutMs, leftWillsAfterMs } = this.#settings
    return {
      ...createHooks(accept, this.#persistence, this.#faults),
      persistence: this.#persistence,
      // Without a limit: past it, one subscriber that is slow would stop the deliveries to all.
      concurrency: 0,
      connectTimeout: connectTimeoutMs,
      heartbeatInterval: leftWillsAfterMs / HEARTBEATS_PER_SEARCH,
      maxInflightInbound: MAX_INCOMING_QOS2,
      maxTopicLevels: MAX_TOPIC_LEVELS,
    }
  }

  #failed(error: unknown): void {
    this.#settings.logger.error({ error: causeOf(error) }, 'The MQTT broker failed at a task of its own.')
  }
}

/**
 * A connection that ends late, after its client is back on another, must not take the new one off the list
 * (Aedes 1.2.0 unregisters by client id).
 */
function unregisterOnlyItself(aedes: AedesBroker): void {
  const unregister = aedes.unregisterClient.bind(aedes)
  aedes.unregisterClient = (client) => {
    if (aedes.clients[client.id] === client) unregister(client)
    else aedes.connectedClients--
  }
}

/**
 * Aedes takes a broker for gone, and publishes the wills of its clients, when three heartbeats are late. The one in
 * this process is never gone, however long the machine slept.
 */
function keepAlive(aedes: AedesBroker): void {
  Object.defineProperty(aedes.brokers, aedes.id, {
    get: () => Number.POSITIVE_INFINITY,
    set: () => undefined,
    enumerable: true,
  })
}
