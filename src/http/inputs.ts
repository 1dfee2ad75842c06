import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { AuditTrail } from '../core/audit.js'
import type { Identities, Identity } from '../core/identity.js'
import type { Logger } from '../core/logger.js'
import type { DeviceTree } from '../core/registry.js'
import type { ReloadReport } from '../core/reload.js'
import type { LetterTrial, Replaying } from '../core/replay.js'
import type { Sink } from '../core/sink.js'
import type { Trial, TrialMessage } from '../core/trial.js'
import type { DeviceDirectory, LatestValues, LedgerView, SinkStatuses } from '../core/views.js'
import type { Identifiers } from '../devices/identifiers/identifiers.js'
import type { NetworkingView } from '../devices/networking/figures.js'
import type { RowViolation, StatedRow } from '../devices/placement.js'
import type { PresenceView } from '../devices/presence/presence-view.js'
import type { ProductionView } from '../devices/production/view.js'
import type { DeviceRegistry } from '../devices/registry.js'
import type { ClockSkew } from '../quality/time/clock-skew.js'
import type { AuditRecords } from '../security/audit/reader.js'
import type { AuditStatistics } from '../security/audit/statistics.js'
import type { Credentials } from '../security/credentials/credentials.js'
import type { EnrolmentCodes } from '../security/credentials/enrolment-codes.js'
import type { OidcSignIn } from '../security/people/oidc.js'
import type { People } from '../security/people/people.js'
import type { TlsFiles } from '../security/tls/tls-files.js'
import type { DeadLetters } from '../spool/dead-letters.js'
import type { LettersSummary } from '../spool/letters/summary.js'
import type { SpoolStatus } from '../spool/spool.js'
import type { AccessRule } from './route.js'

/** Who asks, and from where. */
export interface Asker {
  readonly identity: Identity
  /** IP address. */
  readonly address: string
}

/** Takes over the socket of an upgrade request, or answers with an error and ends it. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer, asker: Asker) => void

/** A path of WebSockets. */
export interface UpgradeRoute {
  readonly access: AccessRule
  /** Whose pages may connect, beside the gateway's own, such as `https://console.example`. */
  readonly allowedOrigins: readonly string[]
  readonly handle: UpgradeHandler
}

/** What of a sink answers history. */
export type HistoryStore = Pick<Sink, 'name' | 'query'>

export interface About {
  readonly gatewayId: string
  readonly version: string
  readonly startedAtMs: number
  /** Where devices publish, such as `mqtt://127.0.0.1:1883`; known once the broker listens. */
  readonly mqttUrls: () => readonly string[]
}

/** What takes dead letters in again, or tries it. */
export interface LetterReplay {
  readonly replaying: Replaying
  /** A trial by the present configuration. */
  readonly trial: () => LetterTrial
}

/** What quality knows of devices. */
export interface QualityView {
  /** Of the clock of a device. */
  readonly skews: { of(slot: number): ClockSkew }
  /** Series: measurement, tag set and field. */
  readonly series: { readonly count: number; ofDevice(slot: number): number }
}

/** What the Sparkplug host has met and done, as its metrics are labelled. */
export type SparkplugEvent =
  | 'births'
  | 'deaths'
  | 'staleDeaths'
  | 'gaps'
  | 'gapsClosed'
  | 'rebirthRequests'
  | 'unpublished'

/** What tries messages. */
export interface Trials {
  /** By the configuration in force, or by one whose sections `routes` and `quality` are these, as YAML. */
  of(yaml?: string): Trial
  /** The newest messages that came in, oldest first. */
  recent(count: number): readonly TrialMessage[]
}

/** The devices with their records, to read and to change. */
export interface Registry
  extends Pick<
    DeviceRegistry,
    'size' | 'byId' | 'record' | 'records' | 'addresses' | 'put' | 'patch' | 'setStatus' | 'remove' | 'putAll'
  > {
  readonly tree: Pick<DeviceTree, 'node'>
  violationsOf(rows: readonly StatedRow[]): readonly RowViolation[]
}

/** The dead letters, to read and to remove. */
export interface Letters extends Pick<DeadLetters, 'lastId' | 'get' | 'scan' | 'discard' | 'purge'> {
  summary(): Promise<LettersOverview>
}

/** What had to go is absent where it is not known whose it was. */
export interface LettersOverview extends Omit<LettersSummary, 'removed'> {
  readonly removed?: LettersSummary['removed']
}

/** What identifiers stand for, and the items registered under them. */
export interface IdentifierViews
  extends Pick<Identifiers, 'resolve' | 'deviceLabel' | 'itemLabel' | 'devicesOf'> {
  readonly items: Pick<Identifiers['items'], 'get' | 'list' | 'put' | 'remove'>
}

/** What the routes read, and change; of whoever has a scope, what is within it. */
export interface HttpViews {
  /** Knows who asks; absent where nobody has to sign in. */
  readonly identities?: Identities
  /** Users, sessions and API tokens; absent in a server that knows none. */
  readonly people?: People
  /** Absent where no OpenID provider is configured. */
  readonly oidc?: OidcSignIn
  /** What people are told before they sign in. */
  readonly signInNotice?: { readonly en: string; readonly zh: string }
  readonly audit: AuditTrail
  /** What the trail has on record; absent in a server that keeps none. */
  readonly auditRecords?: AuditRecords
  /** Of MQTT clients; absent in a server that keeps none. */
  readonly credentials?: Credentials
  /** Present where `credentials` are. */
  readonly enrolment?: EnrolmentCodes
  readonly about: About
  readonly ledger: LedgerView
  readonly devices: DeviceDirectory
  /** The same devices. */
  readonly registry: Registry
  /** Absent in a server that does not watch it. */
  readonly presence?: Pick<PresenceView, 'of'>
  readonly networking: NetworkingView
  readonly latest: LatestValues
  /** Absent in a server that resolves nothing. */
  readonly identifiers?: IdentifierViews
  /** Absent in a server that counts nothing. */
  readonly production?: ProductionView
  readonly deadLetters: Letters
  /** Absent in a server that takes no messages in. */
  readonly replay?: LetterReplay
  /** Absent in a gateway that was given its configuration by a program. */
  readonly reloads?: { reload(): Promise<ReloadReport>; preview(): ReloadReport }
  /** Absent in a server that takes no messages in. */
  readonly trials?: Trials
  /** Absent in a server that takes no messages in. */
  readonly quality?: QualityView
  /** Absent where no route is Sparkplug. */
  readonly sparkplug?: { readonly counters: Readonly<Record<SparkplugEvent, number>> }
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

/** What MQTT clients did that they should not, as the metrics are labelled. */
export interface ClientCounts {
  /** Since the gateway started. */
  readonly faults: () => Readonly<Record<string, number>>
  /** How often each limit of `mqtt.limits` bit. */
  readonly limits: () => Readonly<Record<string, number>>
}

/** Of the whole gateway. */
export interface GatewayViews extends HttpViews {
  /** Absent in a server without a broker. */
  readonly clientCounts?: ClientCounts
  /** Absent in a server that keeps no trail. */
  readonly auditStatistics?: () => AuditStatistics
  readonly registry: DeviceRegistry
  readonly deadLetters: DeadLetters
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
  /** Origin under which people reach the gateway, whatever Host a proxy sends. */
  readonly publicUrl?: string
  /** IP addresses and networks of the reverse proxies that are believed. */
  readonly trustedProxies: readonly string[]
  /** Put on record who reads, too. */
  readonly auditReads: boolean
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
  trustedProxies: [],
  auditReads: false,
}

export interface HttpInputs extends GatewayViews {
  readonly host: string
  /** 0: any free port. */
  readonly port: number
  /** By path, such as `/live`. */
  readonly upgrades: Readonly<Record<string, UpgradeRoute>>
  /** Certificate and key; HTTP without TLS when absent. */
  readonly tls?: TlsFiles
  /** Directory with the files of the page, `index.html` among them; read when the server starts. */
  readonly webRoot: string
  readonly logger: Logger
  /** What is left out has its default. */
  readonly options?: Partial<HttpOptions>
}
