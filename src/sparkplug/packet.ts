/** What the host publishes through the broker. */
export interface SparkplugPacket {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1
  readonly retain: boolean
}

/** Resolves when the broker has it, and rejects if it does not take it. */
export type Publish = (packet: SparkplugPacket) => Promise<void>

/** Has messages of a topic, retained ones first, given to `listener` until what it resolves to is called. */
export type Subscribe = (topic: string, listener: (payload: Buffer) => void) => Promise<() => Promise<void>>
