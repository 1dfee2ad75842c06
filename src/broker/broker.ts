/**
 * The MQTT broker: Aedes with the listeners, with sessions on disk (persistence.ts), and with an acknowledgement that
 * waits for `accept` (hooks.ts). What a client sends can close that client's connection and nothing else.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { Aedes, type AedesOptions, type Connection } from 'aedes'
import type { ClientAccess, ClientRefusal } from '../core/client-access.js'
import { causeOf } from '../core/errors.js'
import { within } from '../core/within.js'
import type { AedesBroker, AedesClient } from './aedes-internals.js'
import { keepAlive, unregisterOnlyItself } from './aedes-mending.js'
import { type BrokerOptions, DEFAULTS } from './broker-options.js'
import { type BrokerCounters, ClientFaults } from './client-faults.js'
import { guard } from './connection.js'
import { Entrance } from './entrance/entrance.js'
import { createHooks } from './hooks.js'
import { type OwnPacket, publishOwn, subscribeOwn } from './inner-client.js'
import { LaneTopics } from './lane-topics.js'
import { Lanes, type LanesParts } from './lanes.js'
import { type BrokerLimits, DEFAULT_LIMITS, LimitWatch } from './limits.js'
import type { ListenerAddress } from './listener.js'
import { OnceEach } from './once-each.js'
import { Flow } from './permissions-flow.js'
import { Persistence } from './persistence.js'
import { SessionEvents } from './session-events.js'
import { MAX_TOPIC_LEVELS } from './topic-name.js'

export type { BrokerOptions, Durability, LaneOptions } from './broker-options.js'

/** Aedes looks for wills of other brokers once in so many heartbeats. */
const HEARTBEATS_PER_SEARCH = 4

type Settings = BrokerOptions & typeof DEFAULTS

export class Broker {
  readonly #settings: Settings
  readonly #limits: BrokerLimits
  readonly #watch: LimitWatch
  readonly #flow: Flow
  readonly #faults: ClientFaults
  readonly #persistence: Persistence
  readonly #aedes: AedesBroker
  readonly #onceEach: OnceEach
  readonly #lanes: Lanes | undefined
  readonly #sessions: SessionEvents | undefined
  readonly #entrance: Entrance
  readonly #connections = new Set<AedesClient>()
  #isOpen = false
  #closing = false

  constructor(options: BrokerOptions) {
    this.#settings = { ...DEFAULTS, ...options }
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits }
    this.#watch = new LimitWatch(options.logger, this.#onRefused)
    this.#flow = this.#newFlow()
    this.#faults = new ClientFaults(options.logger)
    this.#persistence = this.#newPersistence()
    this.#entrance = this.#newEntrance()
    this.#aedes = new Aedes(this.#aedesOptions()) as AedesBroker
    this.#onceEach = new OnceEach(this.#aedes.id)
    this.#aedes.authorizeForward = this.#onceEach.forward
    this.#lanes = this.#newLanes()
    this.#sessions = options.onSession && new SessionEvents(options.onSession)
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
      await this.#entrance.load()
      await this.#settings.inner?.start()
      await this.#entrance.listen()
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
    const stopped = this.#entrance.stop()
    for (const client of this.#connections) client.pause()
    await this.#drain(graceMs)
    if (this.#isOpen) await this.#settings.inner?.close()
    for (const client of this.#connections) client.will = null
    await new Promise<void>((resolve) => this.#aedes.close(() => resolve()))
    for (const client of this.#connections) client.close()
    await stopped
    await within(graceMs, this.#entrance.close())
    await this.#persistence.close(graceMs)
  }

  /** Where it listens, in the order of the options; after `start`. */
  addresses(): ListenerAddress[] {
    return this.#entrance.addresses()
  }

  /**
   * Takes a WebSocket upgrade that came in on another HTTP server, which has checked the host that it is for.
   * @param address IP address of the client
   */
  handleWebSocket(socket: Duplex, request: IncomingMessage, head: Buffer, address: string): void {
    if (this.#closing) socket.destroy()
    else this.#entrance.handleWebSocket(socket, request, head, address)
  }

  /** What a client may do that is connected, or whose will is under way. */
  accessOf(clientId: string): ClientAccess | undefined {
    return this.#entrance.accessOf(clientId)
  }

  /**
   * Closes the connections of a principal at once, publishes none of its wills, and drops its sessions and what is queued
   * for them. Returns how many connections it had.
   */
  revoke(principal: string): number {
    return this.#entrance.revoke(principal)
  }

  /**
   * Has clients come in again whose principals have other rights now: their connections are closed, their sessions stay.
   * Returns how many there were.
   */
  readmit(isChanged: (principal: string) => boolean): number {
    return this.#entrance.readmit(isChanged)
  }

  /**
   * Reads the certificates, authorities and revocation lists of all listeners again, for the connections from now on, and
   * closes those whose certificate is revoked; the others stay. Resolves with how many were closed.
   * @throws {GatewayError} LG_TLS_UNUSABLE; everything stays as it was then
   */
  async reloadCertificates(): Promise<number> {
    return this.#entrance.reloadCertificates()
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

  /** How often each limit bit since the broker was made. */
  get limitCounts(): LimitWatch['counts'] {
    return this.#watch.counts
  }

  readonly #onRefused = (refusal: ClientRefusal): void => this.#settings.onRefused?.(refusal)

  /** A connection that is to be read from. */
  readonly #newClient = (connection: Connection, request?: IncomingMessage): AedesClient | undefined => {
    if (this.#closing) {
      connection.destroy()
      return undefined
    }
    const client = this.#aedes.handle(connection, request) as AedesClient
    guard(client, this.#settings, this.#lanes, this.#flow)
    this.#onceEach.guard(client)
    this.#connections.add(client)
    connection.once('close', () => this.#connections.delete(client))
    return client
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
    const { permissions, packets } = this.#flow
    return new Lanes({
      accept,
      refuse: (message, sender, settled) => permissions.refuse(message, sender, settled),
      topics: new LaneTopics(this.#aedes, {
        isTelemetry: lane.isTelemetry,
        isQueuedFor: (topic) => this.#persistence.isQueuedFor(topic),
        mayPublish: (client, topic) => permissions.mayPublish(client, topic),
        isWithinLimits: (topic) => packets.isWithin(topic),
      }),
      maxUnsettled: this.#limits.inFlightPerClient,
      underPressure: lane.underPressure,
      prepare: (packet) => this.#persistence.prepare(packet),
      // As the handler of PUBLISH calls it; the published types leave the sender out.
      publish: this.#aedes.publish.bind(this.#aedes) as unknown as LanesParts['publish'],
    })
  }

  #newFlow(): Flow {
    const { refuse, refusedPublish = 'acknowledge' } = this.#settings
    const [limits, watch, onRefused] = [this.#limits, this.#watch, this.#onRefused]
    return new Flow({ refuse, refusedPublish, limits, watch, onRefused })
  }

  #newPersistence(): Persistence {
    const { retainedMessages, retainedBytes } = this.#limits
    const { state, logger, durability, maxQueuedMessages, maxQueuedBytes } = this.#settings
    return new Persistence({
      state,
      logger,
      queueLimits: { maxMessages: maxQueuedMessages, maxBytes: maxQueuedBytes },
      onDropped: (clientId) => this.#faults.dropped(clientId),
      alongside: (write) => durability.alongside(write),
      retainedLimits: { maxMessages: retainedMessages, maxBytes: retainedBytes },
      mayReceive: (client, topic) => this.#flow.permissions.mayReceive(client as AedesClient, topic),
      onWillGone: (clientId) => this.#entrance.willGone(clientId),
    })
  }

  #newEntrance(): Entrance {
    const { listeners, overHttp, admission, maxPacketBytes, state, logger } = this.#settings
    return new Entrance({
      listeners,
      overHttp,
      admission,
      maxPacketBytes,
      state,
      logger,
      limits: this.#limits,
      watch: this.#watch,
      faults: this.#faults,
      persistence: this.#persistence,
      onRefused: this.#onRefused,
      newClient: this.#newClient,
    })
  }

  #aedesOptions(): AedesOptions {
    const { accept, leftWillsAfterMs } = this.#settings
    return {
      ...createHooks({ accept, persistence: this.#persistence, faults: this.#faults, flow: this.#flow }),
      persistence: this.#persistence,
      // Without a limit: past it, one subscriber that is slow would stop the deliveries to all.
      concurrency: 0,
      authenticate: this.#entrance.authenticate,
      connectTimeout: this.#limits.connectTimeoutMs,
      heartbeatInterval: leftWillsAfterMs / HEARTBEATS_PER_SEARCH,
      maxInflightInbound: this.#limits.inFlightPerClient,
      maxTopicLevels: MAX_TOPIC_LEVELS,
    }
  }

  #failed(error: unknown): void {
    this.#settings.logger.error({ error: causeOf(error) }, 'The MQTT broker failed at a task of its own.')
  }
}
