/**
 * What people and programs see and do, over HTTP and live streams: the views of all parts, put together. Who may see and do
 * what of them is decided by `http/` and `live/`, by the identities of the guard.
 */
import { join } from 'node:path'
import type { Broker } from './broker/broker.js'
import type { GatewayConfig } from './config/schema.js'
import type { Logger } from './core/logger.js'
import { findPackage } from './core/package-root.js'
import type { ReloadReport } from './core/reload.js'
import type { Sink } from './core/sink.js'
import type { SinkStatuses } from './core/views.js'
import type { LatestValueStore } from './devices/latest-values.js'
import type { Guard } from './guard.js'
import type { UpgradeRoute } from './http/inputs.js'
import { HttpServer } from './http/server.js'
import type { Ledger } from './ledger/ledger.js'
import { exampleTopic } from './live/example-topic.js'
import { LiveHub } from './live/hub.js'
import type { MessagePath } from './message-path.js'
import type { Plant } from './plant.js'
import type { Spool } from './spool/spool.js'

export interface FrontParts {
  readonly config: GatewayConfig
  readonly guard: Guard
  readonly plant: Plant
  readonly ledger: Ledger
  readonly latest: LatestValueStore
  readonly spool: Spool
  readonly sinks: readonly Sink[]
  readonly statuses: SinkStatuses
  readonly messages: MessagePath
  readonly broker: Broker
  readonly isReady: () => boolean
  readonly reload: () => Promise<ReloadReport>
  readonly logger: Logger
}

export class Front {
  readonly live: LiveHub
  readonly http: HttpServer
  readonly #parts: FrontParts

  constructor(parts: FrontParts) {
    this.#parts = parts
    this.live = this.#newLive()
    this.http = this.#newHttp()
  }

  async close(): Promise<void> {
    await Promise.all([this.live.close(), this.http.close()])
  }

  #newLive(): LiveHub {
    const { config, plant, logger } = this.#parts
    const { gateway, live, mqtt, routes } = config
    const { host, port } = mqtt.listeners[0]!
    const topic = exampleTopic(routes[0]?.topic)
    return new LiveHub({
      gatewayId: gateway.id,
      ...this.#views,
      tree: plant.registry.tree,
      production: plant.production,
      options: { ...live, publish: { host, port, topic } },
      ...this.#identities,
      logger,
    })
  }

  #newHttp(): HttpServer {
    const { config, spool, sinks, isReady, logger } = this.#parts
    const { host, port, tls, allowedHosts, trustedProxies, publicUrl } = config.http
    return new HttpServer({
      host,
      port,
      about: this.#about,
      ...this.#views,
      ...this.#identities,
      ...this.#guarded,
      ...this.#ways,
      ...this.#clients,
      stores: sinks,
      spoolStatus: () => spool.status(),
      isReady,
      upgrades: this.#upgrades,
      ...(tls === undefined ? {} : { tls }),
      webRoot: join(findPackage().root, 'dist', 'web'),
      options: {
        allowedHosts,
        trustedProxies,
        ...(publicUrl === undefined ? {} : { publicUrl }),
        auditReads: config.security.audit.reads,
      },
      logger,
    })
  }

  get #about() {
    const { config, broker } = this.#parts
    const mqttUrls = () => broker.addresses().map(({ url }) => url)
    return {
      gatewayId: config.gateway.id,
      version: findPackage().version,
      startedAtMs: Date.now(),
      mqttUrls,
    }
  }

  get #upgrades(): Readonly<Record<string, UpgradeRoute>> {
    const { config, broker } = this.#parts
    return {
      '/live': {
        access: { role: 'viewer', scope: 'tree' },
        allowedOrigins: config.live.allowedOrigins,
        handle: (request, socket, head, asker) => this.live.handleUpgrade(request, socket, head, asker),
      },
      '/mqtt': {
        access: 'anyone',
        allowedOrigins: config.mqtt.overHttp.allowedOrigins,
        handle: (request, socket, head, { address }) =>
          broker.handleWebSocket(socket, request, head, address),
      },
    }
  }

  get #clients() {
    const { broker } = this.#parts
    return {
      connections: {
        mqtt: () => broker.connectedClients,
        live: () => this.live.statistics.connections,
      },
      clientCounts: { faults: () => ({ ...broker.counters }), limits: () => broker.limitCounts },
    }
  }

  /** Whoever asks is somebody only where people sign in. */
  get #identities() {
    const { config, guard } = this.#parts
    return config.http.signIn === 'required' ? { identities: guard.people } : {}
  }

  /** What administrators govern. */
  get #guarded() {
    const { config, guard } = this.#parts
    const { audit, people, oidc, credentials, enrolment } = guard
    const { notice } = config.security.signIn
    return {
      audit,
      auditRecords: audit,
      auditStatistics: () => audit.statistics,
      people,
      credentials,
      enrolment,
      ...(oidc === undefined ? {} : { oidc }),
      ...(notice === undefined ? {} : { signInNotice: notice }),
    }
  }

  /** What operators do with devices and messages. */
  get #ways() {
    const { messages, plant, reload } = this.#parts
    const { replay, reloader, quality, sparkplug } = messages
    return {
      registry: plant.registry,
      production: plant.production,
      identifiers: plant.identifiers,
      ...(sparkplug === undefined ? {} : { sparkplug }),
      quality,
      replay: { replaying: replay, trial: () => messages.trial() },
      trials: {
        of: (yaml?: string) => messages.trial(yaml),
        recent: (count: number) => messages.recent(count),
      },
      ...(reloader === undefined ? {} : { reloads: { reload, preview: () => reloader.preview() } }),
    }
  }

  /** What readers of the counts see. */
  get #views() {
    const { ledger, plant, latest, spool, statuses } = this.#parts
    return {
      ledger,
      devices: plant.registry,
      presence: plant.presence,
      networking: plant.networking,
      latest,
      deadLetters: spool.deadLetters,
      sinks: statuses,
    }
  }
}
