/**
 * MQTT packets on disk: u32 (big endian) length of a JSON header, the header, the payload. The header names the owner
 * (the client whose queue or will it is, the topic of a retained message) and holds all of the packet but its payload.
 */
export interface StoredPacket {
  cmd?: string
  topic?: string
  payload?: Buffer | string
  qos?: 0 | 1 | 2
  retain?: boolean
  dup?: boolean
  messageId?: number | undefined
  clientId?: string
  brokerId?: string
  brokerCounter?: number
}

export interface PacketRecord {
  readonly owner: string
  readonly packet: StoredPacket
}

const EMPTY = Buffer.alloc(0)

export function encodePacket(owner: string, packet: StoredPacket): Buffer {
  const header = Buffer.from(JSON.stringify({ owner, packet: { ...packet, payload: undefined } }))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(header.length)
  return Buffer.concat([length, header, payloadBytes(packet)])
}

/** `record` is a copy of its own: the payload stays a part of it. */
export function decodePacket(record: Buffer): PacketRecord {
  const payloadAt = 4 + record.readUInt32BE(0)
  const { owner, packet } = JSON.parse(record.toString('utf8', 4, payloadAt)) as PacketRecord
  return { owner, packet: { ...packet, payload: record.subarray(payloadAt) } }
}

/** A packet that is kept must not hold on to the memory of the socket's chunk, of which its payload is a part. */
export function ownPayload(payload: Buffer | string | undefined): Buffer | string {
  return typeof payload === 'string' ? payload : Buffer.from(payload ?? EMPTY)
}

/** The fields that outlive a packet's handling, with a payload of its own. */
export function keptPacket({ cmd, topic, payload, qos, retain, dup }: StoredPacket): StoredPacket {
  const flags = { qos: qos ?? 0, retain: retain ?? false, dup: dup ?? false } as const
  return { cmd: cmd ?? 'publish', ...flags, topic: topic ?? '', payload: ownPayload(payload) }
}

export function payloadBytes({ payload }: StoredPacket): Buffer {
  return typeof payload === 'string' ? Buffer.from(payload) : (payload ?? EMPTY)
}
