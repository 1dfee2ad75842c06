/**
 * The express lane of one connection: telemetry that goes from its frame to `accept` without passing Aedes.
 *
 *     frame ─▶ PUBLISH of QoS 0 or 1, not retained ─▶ telemetry ─▶ permitted ─▶ accept ─▶ disk ─┬─▶ Aedes, if someone is subscribed
 *       └─ any other: Aedes           any other: Aedes ◀─┘             └─ not: refuse ─▶ disk ──┤
 *     socket ◀─────────── one write per block ◀────────── PUBACKs, in order ◀───────────────────┘
 *
 * The way of a topic is decided when another than the last comes in; what repeats it costs one comparison.
 *
 * Order. `accept` is called in order of arrival, whichever way a message goes, and settles in that order. What Aedes
 * writes is preceded by the PUBACKs that were settled before it (MQTT 3.1.1 section 4.6).
 *
 * Memory. Packet ids are kept while their messages wait for the disk, PUBACKs until the block at hand is settled; both
 * are let go when they are empty, so that an idle connection costs a few pointers.
 */
import type { InboundMessage, Settled } from '../core/message.js'
import type { AedesClient } from './aedes-internals.js'
import { Fifo } from './fifo.js'
import { Way } from './lane-topics.js'
import type { Lanes } from './lanes.js'
import type { StoredPacket } from './packet-format.js'

/** First byte of a PUBLISH that the lane may take: type 3, any DUP, QoS 0 or 1, no RETAIN (section 3.3.1). */
const LANE_MASK = 0b1111_0101
const LANE_BITS = 0b0011_0000
const QOS_1 = 0b0000_0010
const DUP = 0b0000_1000

const PUBACK = 0x40
const PUBACK_BYTES = 4

const NO_BYTES: Buffer = Buffer.alloc(0)

/** Whether a frame that begins with this byte may be for the lane. */
export function mayTakeLane(first: number): boolean {
  return (first & LANE_MASK) === LANE_BITS
}

class LaneMessage implements InboundMessage {
  readonly retain = false
  readonly topic: string
  readonly payload: Buffer
  readonly qos: 0 | 1
  readonly dup: boolean

  constructor(topic: string, payload: Buffer, qos: 0 | 1, dup: boolean) {
    this.topic = topic
    this.payload = payload
    this.qos = qos
    this.dup = dup
  }
}

export class ExpressLane {
  readonly #client: AedesClient
  readonly #lanes: Lanes
  /** Writes to the connection without looking for PUBACKs first. */
  #write: ((bytes: Buffer) => boolean) | undefined
  /** The topic of the last message, as devices repeat theirs, and its way. */
  #topic = ''
  #topicBytes = NO_BYTES
  #topicVersion = -1
  #way: Way = Way.aedes
  /** Packet ids of what waits for the disk. */
  readonly #ids = new Fifo<number>()
  /** What is to be published when it is settled, by QoS: that of 0 settles before what was sent ahead of it. */
  readonly #publications = [new Fifo<StoredPacket>(), new Fifo<StoredPacket>()] as const
  /** Messages taken since whoever reads this set it to 0. */
  taken = 0
  #unsettled = 0
  #acks = NO_BYTES
  #ackBytes = 0
  #whenRoom: (() => void) | undefined

  constructor(client: AedesClient, lanes: Lanes) {
    this.#client = client
    this.#lanes = lanes
  }

  /** Too much waits for the disk: nothing more is to be read before `whenRoom` calls back. */
  get mustWait(): boolean {
    return this.#unsettled > 0 && (this.isFull || this.#lanes.underPressure())
  }

  /** As many wait as one connection may have. */
  get isFull(): boolean {
    return this.#unsettled >= this.#lanes.maxUnsettled
  }

  whenRoom(callback: () => void): void {
    this.#whenRoom = callback
  }

  /**
   * Takes a PUBLISH that `mayTakeLane`, with its variable header from `start` on, or leaves it to Aedes and returns
   * false. What is malformed is left to Aedes as well, which answers for the protocol.
   */
  take(bytes: Buffer, first: number, start: number, end: number): boolean {
    const topicEnd = start + 2 + ((bytes[start]! << 8) | bytes[start + 1]!)
    const isQos1 = (first & QOS_1) !== 0
    const payloadStart = isQos1 ? topicEnd + 2 : topicEnd
    if (payloadStart > end || !this.#knows(bytes, start + 2, topicEnd)) return false
    const id = isQos1 ? (bytes[topicEnd]! << 8) | bytes[topicEnd + 1]! : 0
    // A packet id of 0 is a violation (section 2.3.1).
    if (isQos1 && id === 0) return false
    const payload = bytes.subarray(payloadStart, end)
    this.#accept(new LaneMessage(this.#topic, payload, isQos1 ? 1 : 0, (first & DUP) !== 0), id)
    return true
  }

  /** Writes the PUBACKs that wait, in one write. A connection that Aedes has closed gets none. */
  writeAcks(): void {
    if (this.#ackBytes === 0) return
    const acks = this.#acks.subarray(0, this.#ackBytes)
    this.#acks = NO_BYTES
    this.#ackBytes = 0
    if (!this.#client.closed && this.#client.conn.writable) this.#write?.(acks)
  }

  #accept(message: LaneMessage, id: number): void {
    const isPublished = this.#way === Way.published
    if (message.qos === 1) this.#remember(id)
    if (isPublished) this.#toPublish(message)
    this.#unsettled++
    this.taken++
    const settled = this.#settledOf(message.qos, isPublished)
    if (this.#way === Way.refused) this.#lanes.refuse(message, this.#client, settled)
    else this.#lanes.accept(message, this.#client.id, settled)
  }

  #settledOf(qos: 0 | 1, isPublished: boolean): Settled {
    if (qos === 1) return isPublished ? this.#settledQos1Published : this.#settledQos1
    return isPublished ? this.#settledQos0Published : this.#settledQos0
  }

  #remember(id: number): void {
    if (this.#write === undefined) this.#interposeWrite()
    this.#ids.push(id)
  }

  #toPublish({ topic, payload, qos, dup }: LaneMessage): void {
    const packet: StoredPacket = { cmd: 'publish', topic, payload, qos, retain: false, dup }
    if (qos === 1) this.#lanes.prepare(packet)
    this.#publications[qos].push(packet)
  }

  #knows(bytes: Buffer, from: number, to: number): boolean {
    if (!isSame(this.#topicBytes, bytes, from, to)) {
      this.#topicBytes = Buffer.from(bytes.subarray(from, to))
      this.#topic = this.#topicBytes.toString()
      this.#topicVersion = -1
    }
    const { topics } = this.#lanes
    if (this.#topicVersion !== topics.version) {
      this.#topicVersion = topics.version
      this.#way = topics.wayOf(this.#topic, this.#topicBytes, this.#client)
    }
    return this.#way !== Way.aedes
  }

  readonly #settledQos0: Settled = (error) => {
    this.#settle(error)
  }

  readonly #settledQos1: Settled = (error) => {
    this.#settleId(error)
    this.#settle(error)
  }

  readonly #settledQos0Published: Settled = (error) => {
    this.#publish(0, error)
  }

  readonly #settledQos1Published: Settled = (error) => {
    this.#settleId(error)
    this.#publish(1, error)
  }

  #publish(qos: 0 | 1, error: Error | null | undefined): void {
    const packet = this.#publications[qos].shift()!
    if (error) this.#settle(error)
    else this.#lanes.publish(packet, this.#client, this.#published)
  }

  readonly #published = (error?: Error): void => {
    this.#settle(error)
  }

  #settleId(error: Error | null | undefined): void {
    const waiting = this.#ids.length
    const id = this.#ids.shift()!
    if (!error) this.#acknowledge(id, waiting)
  }

  #settle(error: Error | null | undefined): void {
    this.#unsettled--
    if (error) this.#client.emit('error', error)
    if (this.#whenRoom === undefined || this.mustWait) return
    const goOn = this.#whenRoom
    this.#whenRoom = undefined
    process.nextTick(goOn)
  }

  /** @param waiting how many ids wait, this one among them */
  #acknowledge(id: number, waiting: number): void {
    if (this.#ackBytes === 0) {
      this.#lanes.due(this)
      // As many as can be settled before they are written.
      this.#acks = Buffer.allocUnsafe(waiting * PUBACK_BYTES)
    }
    const acks = this.#acks
    const at = this.#ackBytes
    if (at === acks.length) return this.#acknowledgeInAnotherWrite(id, waiting)
    acks[at] = PUBACK
    acks[at + 1] = 2
    acks[at + 2] = id >> 8
    acks[at + 3] = id & 0xff
    this.#ackBytes = at + PUBACK_BYTES
  }

  /** More was accepted since the buffer was made. */
  #acknowledgeInAnotherWrite(id: number, waiting: number): void {
    this.writeAcks()
    this.#acknowledge(id, waiting)
  }

  /** From now on, whatever Aedes writes comes after the PUBACKs that were settled before. */
  #interposeWrite(): void {
    const { conn } = this.#client
    const write = conn.write.bind(conn) as (...args: unknown[]) => boolean
    this.#write = write
    conn.write = ((...args: unknown[]) => {
      this.writeAcks()
      return write(...args)
    }) as typeof conn.write
  }
}

/** Compared from the end, where the topics of devices differ. */
function isSame(known: Buffer, bytes: Buffer, from: number, to: number): boolean {
  if (known.length !== to - from) return false
  for (let i = known.length - 1; i >= 0; i--) {
    if (known[i] !== bytes[from + i]) return false
  }
  return true
}
