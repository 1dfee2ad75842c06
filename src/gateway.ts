/**
 * The composition root: builds the gateway in the order in which a message passes it, and closes it in an order that
 * lets what was accepted reach the disk, its acknowledgements leave, and the sinks take what they can in the time left.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Broker } from './broker/broker.js'
import type { GatewayConfig } from './config/schema.js'
import type { Logger } from './core/logger.js'
import { findPackage } from './core/package-root.js'
import type { Sink } from './core/sink.js'
import { StateStore } from './core/state.js'
import { LatestValueStore } from './devices/latest-values.js'
import { Checkpointer, recover } from './forward/checkpoint.js'
import { Forwarder } from './forward/forwarder.js'
import { Forwarders } from './forward/forwarders.js'
import { HttpServer } from './http/server.js'
import { Ingest } from './ingest.js'
import { Ledger } from './ledger/ledger.js'
import { LiveHub } from './live/hub.js'
import { Plant } from './plant.js'
import { passThrough } from './quality/quality.js'
import { refuseExposedAnonymous } from './security/anonymous.js'
import { createSink } from './sinks/create-sink.js'
import { routeOf, Sources } from './sources.js'
import { Spool } from './spool/spool.js'

const CHECKPOINT_INTERVAL_MS = 1_000
/** Address space beyond the spool's limit: dead letters, ledger, devices, sessions, and free pages between them. */
const MAP_SPARE_BYTES = 16 * 1024 ** 3
/** How the five seconds that a stop may take are spent. */
const BROKER_GRACE_MS = 1_000
const FLUSH_GRACE_MS = 1_000
const DRAIN_GRACE_MS = 1_000
const SINK_GRACE_MS = 500

export interface GatewayOptions {
  readonly logger: Logger
}

export interface GatewayAddresses {
  /** Where devices publish, such as `mqtt://127.0.0.1:1883`. */
  readonly mqtt: readonly string[]
  /** API, page, live streams and metrics. */
  readonly http: string
}

/**
 * @throws {GatewayError} LG_MQTT_ANONYMOUS_EXPOSED, LG_DATA_DIRECTORY_LOCKED, LG_LISTEN_FAILED, and what is wrong with
 * `devices.file`; what was started until then is closed
 */
export async function startGateway(config: GatewayConfig, options: GatewayOptions): Promise<Gateway> {
  refuseExposedAnonymous(config.mqtt.listeners, config.mqtt.allowAnonymousFromNetwork)
  mkdirSync(config.gateway.dataDirectory, { recursive: true })
  const gateway = new Gateway(config, options.logger)
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
  readonly #plant: Plant
  readonly #sinks: readonly Sink[]
  readonly #checkpointer: Checkpointer
  readonly #forwarders: Forwarders
  readonly #broker: Broker
  readonly #live: LiveHub
  readonly #http: HttpServer
  #accepting = false
  #closed: Promise<void> | undefined

  constructor(config: GatewayConfig, logger: Logger) {
    this.#logger = logger
    this.#state = openState(config, logger)
    this.#spool = openSpool(config, this.#state, logger)
    this.#ledger = new Ledger(this.#state)
    this.#plant = this.#buildPlant(config)
    this.#sinks = config.sinks.map((sink) => createSink(sink, logger))
    this.#checkpointer = new Checkpointer({
      spool: this.#spool,
      ledger: this.#ledger,
      intervalMs: CHECKPOINT_INTERVAL_MS,
      logger,
    })
    this.#forwarders = this.#buildForwarders(config)
    this.#broker = this.#buildBroker(config)
    this.#live = this.#buildLive(config)
    this.#http = this.#buildHttp(config)
  }

  get addresses(): GatewayAddresses {
    return { mqtt: this.#broker.addresses().map(({ url }) => url), http: this.#http.url ?? '' }
  }

  async start(): Promise<void> {
    const names = this.#sinks.map(({ name }) => name)
    await this.#spool.start(names)
    recover(this.#spool, this.#ledger, names[0]!)
    this.#spool.onFlushed((blocks) => {
      for (const { sequence, createdAtMs, tallies } of blocks)
        this.#ledger.apply(sequence, createdAtMs, tallies)
      this.#plant.flushed(blocks)
      this.#forwarders.wake()
    })
    await this.#plant.start()
    this.#checkpointer.start()
    this.#forwarders.start()
    await this.#http.start()
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
    await this.#plant.close()
    // While the disk is full nothing is flushed: those messages were not acknowledged, and their devices keep them.
    const flushed = await within(FLUSH_GRACE_MS, this.#spool.flush())
    if (!flushed)
      this.#logger.warn(this.#spool.status(), 'Messages that are not on disk were not acknowledged.')
    await this.#forwarders.drain(DRAIN_GRACE_MS)
    await this.#forwarders.close()
    await Promise.all([this.#live.close(), this.#http.close()])
    await this.#plant.identifiers.close()
    await this.#checkpointer.close()
    this.#spool.stop()
    // A store that has stopped answering would hold its last request open.
    await within(SINK_GRACE_MS, Promise.all(this.#sinks.map((sink) => sink.close())))
    await this.#state.close()
  }

  #buildPlant(config: GatewayConfig): Plant {
    return new Plant({
      config,
      state: this.#state,
      spool: this.#spool,
      ledger: this.#ledger,
      latest: this.#latest,
      logger: this.#logger,
    })
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

  #buildBroker({ routes, mqtt }: GatewayConfig): Broker {
    const { registry, presence, production } = this.#plant
    const sources = new Sources({
      routes: routes.map(routeOf),
      devices: registry,
      latest: this.#latest,
      onNewDevice: (device) => this.#spool.alongside(() => registry.persist(device)),
      readerOf: (plan) => production.reader(plan),
    })
    const ingest = new Ingest(sources, passThrough, this.#spool, this.#logger, (slot, clientId) =>
      presence.linked(slot, clientId),
    )
    const lane = {
      isTelemetry: (topic: string, clientId: string) => sources.identify(topic, clientId) !== undefined,
      underPressure: () => this.#spool.underPressure,
    }
    return new Broker({
      ...mqtt,
      accept: ingest.accept,
      onSession: {
        opened: (clientId) => presence.sessionOpened(clientId),
        closed: (clientId, cause) => presence.sessionClosed(clientId, cause),
      },
      ...(mqtt.expressLane === 'on' ? { lane } : {}),
      durability: this.#spool,
      state: this.#state,
      logger: this.#logger,
    })
  }

  #buildLive({ gateway, live, mqtt, routes }: GatewayConfig): LiveHub {
    const { host, port } = mqtt.listeners[0]!
    const topic = exampleTopic(routes[0]?.topic)
    return new LiveHub({
      gatewayId: gateway.id,
      ...this.#views,
      tree: this.#plant.registry.tree,
      production: this.#plant.production,
      options: { ...live, publish: { host, port, topic } },
      logger: this.#logger,
    })
  }

  #buildHttp({ gateway, http, live }: GatewayConfig): HttpServer {
    const { version, root } = findPackage()
    return new HttpServer({
      host: http.host,
      port: http.port,
      about: {
        gatewayId: gateway.id,
        version,
        startedAtMs: Date.now(),
        mqttUrls: () => this.addresses.mqtt,
      },
      ...this.#views,
      registry: this.#plant.registry,
      production: this.#plant.production,
      identifiers: this.#plant.identifiers,
      stores: this.#sinks,
      spoolStatus: () => this.#spool.status(),
      isReady: () => this.#accepting,
      connections: {
        mqtt: () => this.#broker.connectedClients,
        live: () => this.#live.statistics.connections,
      },
      upgrades: {
        '/live': (request, socket, head) => this.#live.handleUpgrade(request, socket, head),
        '/mqtt': (request, socket, head) => this.#broker.handleWebSocket(socket, request, head),
      },
      webRoot: join(root, 'dist', 'web'),
      options: { allowedHosts: http.allowedHosts, allowedOrigins: live.allowedOrigins },
      logger: this.#logger,
    })
  }

  /** What readers of the counts see. */
  get #views() {
    return {
      ledger: this.#ledger,
      devices: this.#plant.registry,
      presence: this.#plant.presence,
      networking: this.#plant.networking,
      latest: this.#latest,
      deadLetters: this.#spool.deadLetters,
      sinks: this.#forwarders,
    }
  }
}

function openState({ gateway, spool }: GatewayConfig, logger: Logger): StateStore {
  const directory = join(gateway.dataDirectory, 'state')
  return StateStore.open({ directory, mapBytes: spool.maxBytes * 2 + MAP_SPARE_BYTES, logger })
}

function openSpool({ gateway, spool }: GatewayConfig, state: StateStore, logger: Logger): Spool {
  return new Spool(state, {
    ...spool,
    quarantineDirectory: join(gateway.dataDirectory, 'quarantine'),
    logger,
  })
}

/** A topic that the pattern matches, for the first message of a newcomer. */
function exampleTopic(pattern = ''): string {
  const levels = { '{site}': 'ningbo', '{area}': 'moulding', '{line}': 'line1', '{device}': 'imm-01' }
  return Object.entries(levels).reduce((topic, [name, level]) => topic.replace(name, level), pattern)
}

/** Resolves with whether `work` was done in time. */
async function within(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ms)
  })
  const inTime = await Promise.race([work.then(() => true), late])
  clearTimeout(timer)
  return inTime
}
