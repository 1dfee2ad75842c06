import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from '../core/logger.js'
import type { Sink } from '../core/sink.js'
import type {
  DeadLetterView,
  DeviceDirectory,
  LatestValues,
  LedgerView,
  SinkStatuses,
} from '../core/views.js'
import type { Identifiers } from '../devices/identifiers/identifiers.js'
import type { NetworkingView } from '../devices/networking/figures.js'
import type { PresenceView } from '../devices/presence/presence-view.js'
import type { ProductionView } from '../devices/production/view.js'
import type { DeviceRegistry } from '../devices/registry.js'
import type { SpoolStatus } from '../spool/spool.js'

/** Takes over the socket of an upgrade request, or answers with an error and ends it. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/** What of a sink answers history. */
export type HistoryStore = Pick<Sink, 'name' | 'query'>

export interface About {
  readonly gatewayId: string
  readonly version: string
  readonly startedAtMs: number
  /** Where devices publish, such as `mqtt://127.0.0.1:1883`; known once the broker listens. */
  readonly mqttUrls: () => readonly string[]
}

/** What the routes read, and change. */
export interface HttpViews {
  readonly about: About
  readonly ledger: LedgerView
  readonly devices: DeviceDirectory
  /** The same devices with their records, to read and to change. */
  readonly registry: DeviceRegistry
  /** Absent in a server that does not watch it. */
  readonly presence?: Pick<PresenceView, 'of'>
  readonly networking: NetworkingView
  readonly latest: LatestValues
  /** Absent in a server that resolves nothing. */
  readonly identifiers?: Identifiers
  /** Absent in a server that counts nothing. */
  readonly production?: ProductionView
  readonly deadLetters: DeadLetterView
  readonly sinks: SinkStatuses
  /** Sinks that answer history; the first one answers when a request names none. */
  readonly stores: readonly HistoryStore[]
  readonly spoolStatus: () => SpoolStatus
  /** True while messages are accepted. */
  readonly isReady: () => boolean
  readonly connections: {
    /** MQTT clients connected now. */
    readonly mqtt: () => number
    /** Operators connected to `/live` now. */
    readonly live: () => number
  }
}

export interface HttpOptions {
  /** For the headers of a request to arrive. */
  readonly headersTimeoutMs: number
  /** For a whole request to arrive. */
  readonly requestTimeoutMs: number
  /** For an answer to be ready. */
  readonly answerTimeoutMs: number
  /** How long a connection without a request is kept. */
  readonly keepAliveTimeoutMs: number
  /** How long a connection may stand still while it is read from or written to. */
  readonly stalledAfterMs: number
  /** How long `close` waits for answers that are on their way. */
  readonly closeGraceMs: number
  readonly maxBodyBytes: number
  readonly maxHeaderBytes: number
  /** Connections at once, WebSockets included. */
  readonly maxConnections: number
  /** Host names, beside those of the loopback, that requests may be for while the server is bound to the loopback. */
  readonly allowedHosts: readonly string[]
  /** Origins, beside the gateway's own, whose pages may open WebSockets, such as `https://console.example`. */
  readonly allowedOrigins: readonly string[]
}

export const DEFAULT_HTTP_OPTIONS: HttpOptions = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 30_000,
  keepAliveTimeoutMs: 10_000,
  stalledAfterMs: 60_000,
  closeGraceMs: 1_000,
  maxBodyBytes: 1_048_576,
  maxHeaderBytes: 16_384,
  maxConnections: 20_000,
  allowedHosts: [],
  allowedOrigins: [],
}

export interface HttpInputs extends HttpViews {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** By path, such as `/live`. */
  readonly upgrades: Readonly<Record<string, UpgradeHandler>>
  /** Directory with the files of the page, `index.html` among them; read when the server starts. */
  readonly webRoot: string
  readonly logger: Logger
  /** What is left out has its default. */
  readonly options?: Partial<HttpOptions>
}
