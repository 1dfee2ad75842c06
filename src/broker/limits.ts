import type { ClientRefusal } from '../core/client-access.js'
import { type Logger, LogThrottle, shortened } from '../core/logger.js'

/** What one client, one address and all together may take; 0: no limit. As `mqtt.limits` of the configuration. */
export interface BrokerLimits {
  /** For TLS, CONNECT and authentication together, in milliseconds. */
  readonly connectTimeoutMs: number
  readonly connections: number
  readonly connectionsPerAddress: number
  /** New connections a second; ten times as many may come at once. */
  readonly connectsPerAddress: number
  /** Twice as many may come at once. */
  readonly messagesPerSecond: number
  /** Twice as many may come at once. */
  readonly bytesPerSecond: number
  readonly topicBytes: number
  readonly topicLevels: number
  readonly subscriptionsPerClient: number
  readonly inFlightPerClient: number
  readonly retainedMessages: number
  readonly retainedBytes: number
}

export type LimitName = keyof BrokerLimits

export const DEFAULT_LIMITS: BrokerLimits = {
  connectTimeoutMs: 10_000,
  connections: 100_000,
  connectionsPerAddress: 20_000,
  connectsPerAddress: 2_000,
  messagesPerSecond: 50_000,
  bytesPerSecond: 67_108_864,
  topicBytes: 1_024,
  topicLevels: 50,
  subscriptionsPerClient: 1_000,
  inFlightPerClient: 4_096,
  retainedMessages: 100_000,
  retainedBytes: 67_108_864,
}

const LOG_EVERY_MS = 10_000

/** Counts limits that bit, tells the log of each once in ten seconds, and hands each on, for the audit trail. */
export class LimitWatch {
  readonly counts: Record<LimitName, number>
  readonly #logger: Logger
  readonly #onRefused: (refusal: ClientRefusal) => void
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)

  constructor(logger: Logger, onRefused: (refusal: ClientRefusal) => void) {
    this.#logger = logger
    this.#onRefused = onRefused
    const names = Object.keys(DEFAULT_LIMITS) as LimitName[]
    this.counts = Object.fromEntries(names.map((name) => [name, 0])) as Record<LimitName, number>
  }

  /** @param client what is known of it: '' for what is not */
  bit(name: LimitName, client: Pick<ClientRefusal, 'clientId' | 'principal' | 'address'>): void {
    this.counts[name]++
    this.#throttle.run(name, (suppressed) =>
      this.#logger.warn(
        { limit: `mqtt.limits.${name}`, ...client, clientId: shortened(client.clientId), suppressed },
        'A client or an address reached a limit.',
      ),
    )
    this.#onRefused({ kind: 'limit', ...client, target: name, cause: `mqtt.limits.${name}` })
  }
}
