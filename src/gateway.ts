/**
 * The composition root: builds the gateway in the order in which a message passes it, and closes it in an order that
 * lets what was accepted reach the disk, its acknowledgements leave, and the sinks take what they can in the time left.
 */
import { mkdirSync } from 'node:fs'
import { Broker } from './broker/broker.js'
import type { GatewayConfig } from './config/schema.js'
import { GatewayError } from './core/errors.js'
import type { Logger } from './core/logger.js'
import { findPackage } from './core/package-root.js'
import type { ReloadReport } from './core/reload.js'
import type { Sink } from './core/sink.js'
import type { StateStore } from './core/state.js'
import { within } from './core/within.js'
import { LatestValueStore } from './devices/latest-values.js'
import { Checkpointer, recover } from './forward/checkpoint.js'
import { Forwarder } from './forward/forwarder.js'
import { Forwarders } from './forward/forwarders.js'
import { Front } from './front.js'
import { Guard } from './guard.js'
import { Ledger } from './ledger/ledger.js'
import { MessagePath, RECALL_MS } from './message-path.js'
import { Plant } from './plant.js'
import { refuseExposed } from './security/exposure.js'
import { createSink } from './sinks/create-sink.js'
import type { Spool } from './spool/spool.js'
import { openSpool, openState } from './storage.js'

const CHECKPOINT_INTERVAL_MS = 1_000
/** How the five seconds that a stop may take are spent. */
const BROKER_GRACE_MS = 1_000
const FLUSH_GRACE_MS = 1_000
const DRAIN_GRACE_MS = 1_000
const SINK_GRACE_MS = 500

export interface GatewayOptions {
  readonly logger: Logger
  /** Reads the configuration again, for `reload`. Without it, the gateway keeps the one it was given. */
  readonly load?: () => GatewayConfig
  /** Of the configuration file: where relative paths of presets start; the working directory when absent. */
  readonly directory?: string
}

export interface GatewayAddresses {
  /** Where devices publish, such as `mqtt://127.0.0.1:1883`. */
  readonly mqtt: readonly string[]
  /** API, page, live streams and metrics. */
  readonly http: string
}

/**
 * @throws {GatewayError} LG_MQTT_ANONYMOUS_EXPOSED, LG_HTTP_EXPOSED, LG_DATA_DIRECTORY_LOCKED, LG_LISTEN_FAILED, and what is wrong with
 * `devices.file`; what was started until then is closed
 */
export async function startGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  refuseExposed(config)
  mkdirSync(config.gateway.dataDirectory, { recursive: true, mode: 0o700 })
  const gateway = new Gateway(config, options)
  try {
    await gateway.start()
  } catch (error) {
    await gateway.close()
    throw error
  }
  return gateway
}

export class Gateway {
  readonly #logger: Logger
  readonly #state: StateStore
  readonly #spool: Spool
  readonly #ledger: Ledger
  readonly #latest = new LatestValueStore()
  readonly #guard: Guard
  readonly #plant: Plant
  readonly #sinks: readonly Sink[]
  readonly #checkpointer: Checkpointer
  readonly #forwarders: Forwarders
  readonly #messages: MessagePath
  readonly #broker: Broker
  readonly #front: Front
  #accepting = false
  #closed: Promise<void> | undefined

  constructor(config: GatewayConfig, options: GatewayOptions) {
    const { logger } = options
    this.#logger = logger
    this.#state = openState(config, logger)
    this.#spool = openSpool(config, this.#state, logger)
    this.#ledger = new Ledger(this.#state)
    this.#guard = new Guard({ config, state: this.#state, version: findPackage().version, logger })
    this.#plant = this.#buildPlant(config)
    this.#sinks = config.sinks.map((sink) => createSink(sink, logger))
    this.#checkpointer = new Checkpointer({
      spool: this.#spool,
      ledger: this.#ledger,
      intervalMs: CHECKPOINT_INTERVAL_MS,
      keepMs: RECALL_MS,
      logger,
    })
    this.#forwarders = this.#buildForwarders(config)
    this.#messages = this.#buildMessagePath(config, options)
    this.#broker = this.#buildBroker(config)
    this.#front = this.#buildFront(config)
  }

  /**
   * Reads the configuration again, between two messages, and the files of certificates; no connection is dropped, but those
   * whose certificates are revoked.
   * @throws {GatewayError} LG_CONFIG_UNREADABLE, LG_CONFIG_INVALID, LG_TLS_UNUSABLE: nothing has changed then;
   * LG_RELOAD_UNAVAILABLE for a gateway without `load`
   */
  async reload(): Promise<ReloadReport> {
    const { reloader } = this.#messages
    if (reloader === undefined) throw new GatewayError('LG_RELOAD_UNAVAILABLE')
    reloader.check()
    this.#front.http.reloadCertificates()
    const revokedConnections = await this.#broker.reloadCertificates()
    return { ...reloader.reload(), revokedConnections }
  }

  /** As `reload`, asked for by a signal of the system, and on record. */
  reloadOnSignal(): Promise<ReloadReport> {
    return this.#guard.recorded('configuration_reloaded', () => this.reload())
  }

  get addresses(): GatewayAddresses {
    return { mqtt: this.#broker.addresses().map(({ url }) => url), http: this.#front.http.url ?? '' }
  }

  async start(): Promise<void> {
    const names = this.#sinks.map(({ name }) => name)
    await this.#spool.start(names)
    recover(this.#spool, this.#ledger, names[0]!)
    this.#spool.onFlushed((blocks) => {
      for (const block of blocks) this.#ledger.apply(block)
      this.#plant.flushed(blocks)
      this.#forwarders.wake()
    })
    await this.#guard.start()
    await this.#plant.start()
    this.#messages.start()
    await this.#spool.deadLetters.start()
    this.#checkpointer.start()
    this.#forwarders.start()
    await this.#front.http.start()
    await this.#guard.serve(this.#front.http.url ?? '')
    await this.#broker.start()
    this.#accepting = true
  }

  /** Takes no more messages, lets those that were accepted reach the disk and be acknowledged, and ends. Within 5 s. */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  async #close(): Promise<void> {
    this.#accepting = false
    await this.#broker.close(BROKER_GRACE_MS)
    await this.#messages.close()
    await this.#plant.close()
    // While the disk is full nothing is flushed: those messages were not acknowledged, and their devices keep them.
    const flushed = await within(FLUSH_GRACE_MS, this.#spool.flush())
    if (!flushed)
      this.#logger.warn(this.#spool.status(), 'Messages that are not on disk were not acknowledged.')
    await this.#forwarders.drain(DRAIN_GRACE_MS)
    await this.#forwarders.close()
    await this.#front.close()
    await this.#guard.close()
    await this.#plant.identifiers.close()
    await this.#checkpointer.close()
    this.#spool.stop()
    this.#spool.deadLetters.stop()
    // A store that has stopped answering would hold its last request open.
    await within(SINK_GRACE_MS, Promise.all(this.#sinks.map((sink) => sink.close())))
    await this.#state.close()
  }

  /** What is durable, and the newest of it. */
  get #stores() {
    return { state: this.#state, spool: this.#spool, latest: this.#latest, logger: this.#logger }
  }

  #buildPlant(config: GatewayConfig): Plant {
    return new Plant({ config, ...this.#stores, ledger: this.#ledger })
  }

  #buildForwarders(config: GatewayConfig): Forwarders {
    const shared = {
      spool: this.#spool,
      ledger: this.#ledger,
      devices: this.#plant.registry,
      logger: this.#logger,
    }
    return new Forwarders({
      spool: this.#spool,
      forwarders: this.#sinks.map((sink, i) => new Forwarder({ ...shared, sink, primary: i === 0 })),
      checkpointer: this.#checkpointer,
      whenFull: config.spool.whenFull,
      maxBytes: config.spool.maxBytes,
      logger: this.#logger,
    })
  }

  #buildMessagePath(config: GatewayConfig, options: GatewayOptions): MessagePath {
    return new MessagePath({
      ...options,
      ...this.#stores,
      config,
      plant: this.#plant,
      publish: (packet) => this.#broker.publish(packet),
      subscribe: (topic, listener) => this.#broker.subscribe(topic, listener),
      onReading: () => this.#broker.telemetryChanged(),
      onConfigured: ({ mqtt }) => void this.#broker.readmit(this.#guard.configure(mqtt)),
      accessOf: (clientId) => this.#broker.accessOf(clientId),
      onSpeakerRefused: this.#guard.speakerRefused,
    })
  }

  #buildBroker({ mqtt }: GatewayConfig): Broker {
    const { presence } = this.#plant
    const { ingest, sparkplug, speakers } = this.#messages
    const lane = {
      isTelemetry: (topic: string, clientId: string) => this.#messages.isTelemetry(topic, clientId),
      underPressure: () => this.#spool.underPressure,
    }
    return new Broker({
      ...mqtt,
      accept: ingest.accept,
      refuse: (message, access, settled) => ingest.refuse(message, access, settled),
      admission: this.#guard.admission,
      onRefused: this.#guard.clientRefused,
      ...(sparkplug === undefined ? {} : { inner: sparkplug }),
      onSession: {
        opened: (clientId, who) => {
          speakers.changed(clientId)
          this.#guard.clientConnected(clientId, who)
          presence.sessionOpened(clientId)
        },
        closed: (clientId, cause) => presence.sessionClosed(clientId, cause),
      },
      ...(mqtt.expressLane === 'on' ? { lane } : {}),
      durability: this.#spool,
      state: this.#state,
      logger: this.#logger,
    })
  }

  #buildFront(config: GatewayConfig): Front {
    return new Front({
      config,
      ...this.#stores,
      guard: this.#guard,
      plant: this.#plant,
      ledger: this.#ledger,
      sinks: this.#sinks,
      statuses: this.#forwarders,
      messages: this.#messages,
      broker: this.#broker,
      isReady: () => this.#accepting,
      reload: () => this.reload(),
    })
  }
}
