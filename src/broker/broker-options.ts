import type { Admission, ClientAccess, ClientRefusal } from '../core/client-access.js'
import type { Logger } from '../core/logger.js'
import type { Accept, InboundMessage, Settled } from '../core/message.js'
import type { StateStore } from '../core/state.js'
import type { OverHttpOptions } from './entrance/entrance.js'
import type { InnerClient } from './inner-client.js'
import type { BrokerLimits } from './limits.js'
import type { ListenerOptions } from './listener.js'
import type { SessionListener } from './session-events.js'

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
  /**
   * Counts a message that its sender may not publish; settles as `accept` does, in one order with it. Without it, the
   * connection of the sender is closed, and nothing is counted.
   */
  readonly refuse?: (message: InboundMessage, access: ClientAccess, settled: Settled) => void
  /** Lets clients in, on listeners that want authentication. */
  readonly admission?: Admission
  /** Told of everything that a client wanted and did not get. */
  readonly onRefused?: (refusal: ClientRefusal) => void
  /** After the message was counted as refused: acknowledge it, or close the connection; acknowledge when absent. */
  readonly refusedPublish?: 'acknowledge' | 'close'
  /** What is left out has its default. */
  readonly limits?: Partial<BrokerLimits>
  /** Without it, everything goes through Aedes. */
  readonly lane?: LaneOptions
  readonly durability: Durability
  readonly state: StateStore
  readonly logger: Logger
  /** Told of sessions that begin and end; not of those that end because the broker is closed. */
  readonly onSession?: SessionListener
  readonly listeners: readonly ListenerOptions[]
  /** For `handleWebSocket`; nobody has to say who they are when absent. */
  readonly overHttp?: OverHttpOptions
  /** Largest MQTT packet; a client that sends a larger one is disconnected. */
  readonly maxPacketBytes: number
  /** Messages kept for one persistent session; 10,000 when absent. The oldest are dropped past it. */
  readonly maxQueuedMessages?: number
  /** Bytes kept for one persistent session; 16 MiB when absent. */
  readonly maxQueuedBytes?: number
  /** A subscriber that leaves more bytes than this unread is disconnected; 32 MiB when absent. */
  readonly maxUnsentBytes?: number
  readonly inner?: InnerClient
  /**
   * Wills of clients that were connected when an earlier run ended are published after this many milliseconds, unless
   * their clients are back by then; 60,000 when absent.
   */
  readonly leftWillsAfterMs?: number
}

export const DEFAULTS = {
  maxQueuedMessages: 10_000,
  maxQueuedBytes: 16 * 1_048_576,
  maxUnsentBytes: 32 * 1_048_576,
  leftWillsAfterMs: 60_000,
}
