import type { AedesPublishPacket } from 'aedes'
import type { AedesBroker } from './aedes-internals.js'
import type { MemoryPersistence } from './memory-persistence.js'

/** A client inside this process. */
export interface InnerClient {
  /** The broker publishes, and takes no connections yet. */
  start(): Promise<void>
  /** No more messages come in, and connections still get theirs. */
  close(): Promise<void>
}

/** What the gateway itself publishes. */
export interface OwnPacket {
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1
  readonly retain: boolean
}

export function publishOwn(aedes: AedesBroker, packet: OwnPacket): Promise<void> {
  const publish = { cmd: 'publish' as const, dup: false, ...packet }
  return new Promise((resolve, reject) =>
    aedes.publish(publish, (error) => (error ? reject(error) : resolve())),
  )
}

export async function subscribeOwn(
  aedes: AedesBroker,
  persistence: Pick<MemoryPersistence, 'createRetainedStream'>,
  topic: string,
  listener: (payload: Buffer) => void,
): Promise<() => Promise<void>> {
  const deliver = (packet: AedesPublishPacket, done: () => void) => {
    listener(Buffer.from(packet.payload))
    done()
  }
  for await (const packet of persistence.createRetainedStream(topic)) {
    listener(Buffer.from((packet as AedesPublishPacket).payload))
  }
  await new Promise<void>((resolve) => aedes.subscribe(topic, deliver, resolve))
  return () => new Promise((resolve) => aedes.unsubscribe(topic, deliver, resolve))
}
