/** A message as it came in, whichever way: the broker's express lane and hooks, HTTP or a replay. */
export interface InboundMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** Whether the sender says that it may have sent the message before; wills do not say. */
  readonly dup?: boolean
}

/** Called once, when the message is on disk (or, with an error, when the gateway will not take it). */
export type Settled = (error?: Error | null) => void

/**
 * The one entrance for messages. `clientId` is the MQTT client id, or the name of another source.
 *
 * `settled` is called in order of acceptance, after the block that holds the message was flushed to disk.
 * For QoS 0 it is called at once unless the gateway is under back-pressure; the caller reads no more from
 * that client before it was called.
 */
export type Accept = (message: InboundMessage, clientId: string, settled: Settled) => void
