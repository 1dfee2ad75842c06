import type { Packet } from 'mqtt-packet'
import { publishPacket, type RawMqtt } from './raw-mqtt.js'

/** Deterministic numbers from 0 to 1. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

export interface RandomMessage {
  readonly topic: string
  readonly payload: string
}

/** 20 to 60 control packets, most of them messages; subscriptions are to topics that nobody publishes to. */
export function randomPackets(
  random: () => number,
  stream: string,
  message: (random: () => number, id: number) => RandomMessage,
): Packet[] {
  const packets: Packet[] = []
  const count = 20 + Math.floor(random() * 40)
  for (let id = 1; id <= count; id++) {
    const { topic, payload } = message(random, id)
    const kind = random()
    if (kind < 0.55) packets.push(publishPacket(topic, payload, 1, id))
    else if (kind < 0.75) packets.push(publishPacket(topic, payload, 0))
    else if (kind < 0.82) packets.push({ ...publishPacket(topic, payload, 1, id), retain: true } as Packet)
    else if (kind < 0.9) packets.push({ cmd: 'pingreq' })
    else if (kind < 0.95) {
      packets.push({
        cmd: 'subscribe',
        messageId: id,
        subscriptions: [{ topic: `nobody/${stream}/${id}`, qos: 1 }],
      })
    } else packets.push({ cmd: 'unsubscribe', messageId: id, unsubscriptions: [`nobody/${stream}/${id}`] })
  }
  return packets
}

/** Cuts the bytes anywhere, and lets some pieces arrive together. */
export async function sendInPieces(client: RawMqtt, bytes: Buffer, random: () => number): Promise<void> {
  const largest = random() < 0.3 ? 3 : 4_000
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + Math.floor(random() * largest)
    client.socket.write(bytes.subarray(at, at + length))
    at += length
    if (random() < 0.5) await new Promise((resolve) => setImmediate(resolve))
  }
}
