/**
 * One client's way in: every byte read from its socket passes `Inlet.take` on the way to Aedes's parser.
 *
 *     socket ──readable──▶ Inlet (reads only when Aedes has nothing in progress) ──take──▶ frames ──┬──▶ Aedes's parser
 *                                                                                                  └──▶ express lane
 *
 * What it adds to Aedes:
 * - A packet that is too large is refused by its header. Whatever the parser or a handler throws closes this client only.
 * - Aedes counts a 'readable' event as a handled packet and so reads on while acknowledgements are held; here the next
 *   chunk is read only when every packet of the last one was handled.
 * - What a client sends right behind its CONNECT waits until the session is ready, in order (Aedes holds at most 42
 *   packets, and handles later ones before them).
 * - A client that does not read its acknowledgements is not read from.
 * - A client past its rate is not read from for a while; what it sends waits in its socket, and nothing is lost.
 * - A subscriber that does not read what it subscribed to is disconnected instead of slowing down its publishers.
 */
import type { Connection } from 'aedes'
import type { Packet } from 'mqtt-packet'
import { GatewayError } from '../core/errors.js'
import type { AedesClient, DrainCallback } from './aedes-internals.js'
import { ExpressLane } from './express-lane.js'
import { FrameLengths } from './frame-lengths.js'
import { FrameSorter } from './frame-sorter.js'
import type { Lanes } from './lanes.js'
import { whoIs } from './permissions.js'
import type { Flow } from './permissions-flow.js'
import { Rate } from './rate.js'

export interface ConnectionLimits {
  /** A larger packet closes the connection. */
  readonly maxPacketBytes: number
  /** A subscriber with more unsent bytes than this is disconnected. */
  readonly maxUnsentBytes: number
}

const EMPTY = Buffer.alloc(0)
const LEVEL_WITH_PROPERTIES = 5

/**
 * What strangers may have kept for them until they are let in: a client id of any length, and a will of half of that. Thousands
 * of connections can be begun at once.
 */
const MAX_CONNECT_BYTES = 131_072

/** A longer pause is taken in parts, so that keep-alive does not end it. */
const MAX_PAUSE_MS = 1_000

/**
 * Puts the inlet between a new client of Aedes and its socket; to be called before the first byte is read.
 * @param lanes without them, everything goes through Aedes
 * @param flow without it, packets obey no limit but that of their size
 */
export function guard(client: AedesClient, limits: ConnectionLimits, lanes?: Lanes, flow?: Flow): void {
  const inlet = new Inlet(client, limits.maxPacketBytes, lanes, flow)
  if (flow !== undefined) client._parser.prependListener('packet', inlet.arrived)
  client._parser.parse = inlet.take
  client._parsingBatch = 0
  client.conn.removeListener('readable', client._nextBatch)
  client._nextBatch = inlet.handled
  client.conn.on('readable', inlet.read)
  client.conn.push = inlet.push
  client.waitForDrain = boundedDrain(client, limits.maxUnsentBytes)
}

class Inlet {
  readonly #client: AedesClient
  readonly #conn: Connection
  readonly #frames: FrameLengths
  readonly #parser: AedesClient['_parser']
  readonly #parse: AedesClient['_parser']['parse']
  readonly #waitForDrain: AedesClient['waitForDrain']
  readonly #nextBatch: AedesClient['_nextBatch']
  readonly #push: (chunk: Buffer | null) => boolean
  readonly #maxPacketBytes: number
  readonly #lanes: Lanes | undefined
  readonly #flow: Flow | undefined
  /** These are made with the first bytes behind the CONNECT. */
  #rate: Rate | undefined
  #lane: ExpressLane | undefined
  #sorter: FrameSorter | undefined
  /** PUBLISH packets that Aedes got and that the rate has yet to count. */
  #parsed = 0
  #sawConnect = false
  #holding = false
  /** What was read while holding. */
  #held: Buffer = EMPTY

  constructor(client: AedesClient, maxPacketBytes: number, lanes: Lanes | undefined, flow: Flow | undefined) {
    this.#client = client
    this.#maxPacketBytes = maxPacketBytes
    this.#lanes = lanes
    this.#flow = flow
    this.#conn = client.conn
    this.#frames = new FrameLengths(Math.min(maxPacketBytes, MAX_CONNECT_BYTES))
    this.#parser = client._parser
    this.#parse = client._parser.parse
    this.#waitForDrain = client.waitForDrain
    this.#nextBatch = client._nextBatch
    this.#push = client.conn.push.bind(client.conn)
  }

  /**
   * What the socket reads. While nothing waits, it is taken on the spot; what Node's stream would do with it in between
   * costs more than all that is done here. Else it waits in the stream, which stops the socket when it is full.
   */
  readonly push = (chunk: Buffer | null): boolean => {
    const isNext = chunk !== null && this.#sawConnect && !this.#holding && this.#client._parsingBatch === 0
    if (!isNext || this.#conn.readableLength > 0 || this.#client._paused) return this.#push(chunk)
    this.take(chunk)
    return true
  }

  readonly read = (): void => {
    if (!this.#holding && this.#client._parsingBatch === 0) this.#client._nextBatch()
  }

  /**
   * Called by Aedes when it has handled a packet. While holding, what comes stays in the stream: once all of it was read,
   * the client would be closed at the end of the stream, and what is held would never be handled.
   */
  readonly handled = (error?: Error | null): void => {
    const client = this.#client
    if (error || !this.#holding) this.#nextBatch(error)
    else if (client._parsingBatch > 0) client._parsingBatch--
  }

  readonly take = (chunk: Buffer): number => {
    if (this.#holding) this.#held = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk])
    else if (this.#conn.writableNeedDrain) this.#holdUntilDrained(chunk)
    else this.#pass(chunk)
    return 0
  }

  #pass(chunk: Buffer): void {
    if (this.#client.closed) return
    try {
      if (!this.#sawConnect) this.#passConnect(chunk)
      else {
        if (this.#lanes === undefined || !this.#isReadable) this.#passAll(chunk)
        else this.#sort(chunk, this.#lanes)
        this.#pace(chunk.length)
      }
    } catch (error) {
      this.#client.emit('error', error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** From level 5 (MQTT 5) on, packets have properties that the lane does not read. */
  get #isReadable(): boolean {
    return this.#client.version < LEVEL_WITH_PROPERTIES
  }

  /** Called before Aedes handles a packet. */
  readonly arrived = (packet: Packet): void => {
    if (packet.cmd === 'publish') this.#parsed++
    this.#flow?.arrived(this.#client, packet)
  }

  /** What stands before a packet that is refused is handled. */
  #passAll(chunk: Buffer): void {
    let at = 0
    try {
      while (at < chunk.length) at = this.#frames.advance(chunk, at)
    } finally {
      if (at > 0) this.#toAedes(at === chunk.length ? chunk : chunk.subarray(0, at))
    }
  }

  /** False if the client is closed since. */
  readonly #toAedes = (bytes: Buffer): boolean => {
    this.#parse.call(this.#parser, bytes)
    return !this.#client.closed
  }

  #sort(chunk: Buffer, lanes: Lanes): void {
    const client = this.#client
    this.#lane ??= new ExpressLane(client, lanes)
    this.#sorter ??= new FrameSorter(this.#frames, this.#lane, this.#toAedes, this.#maxPacketBytes)
    this.#sorter.sort(chunk)
    // A PUBLISH is a sign of life (section 3.1.2.10) that Aedes does not see; a part of one is none.
    if (this.#lane.taken > 0) this.#keepAlive()
  }

  #keepAlive(): void {
    if (this.#client._keepaliveInterval > 0) this.#client._keepaliveTimer?.refresh()
  }

  /** After a chunk was passed on: its bytes and messages are counted, and may have to be paid for. */
  #pace(bytes: number): void {
    if (this.#client.closed) return
    if (this.#flow !== undefined) this.#spend(bytes, this.#flow)
    if (!this.#waits()) return
    this.#holding = true
    if (this.#lane?.isFull === true) this.#flow?.watch.bit('inFlightPerClient', whoIs(this.#client))
  }

  #spend(bytes: number, { limits, watch }: Flow): void {
    const nowMs = performance.now()
    this.#rate ??= new Rate(limits, nowMs)
    const limit = this.#rate.spend(this.#parsed + (this.#lane?.taken ?? 0), bytes, nowMs)
    this.#parsed = 0
    if (this.#lane !== undefined) this.#lane.taken = 0
    if (limit !== undefined) watch.bit(limit, whoIs(this.#client))
  }

  /** Whether nothing is to be read now; has `#release` called when that may be over. */
  #waits(): boolean {
    if (this.#lane?.mustWait === true) {
      this.#lane.whenRoom(this.#release)
      return true
    }
    const pauseMs = this.#rate?.isPausing === true ? this.#rate.pauseMs(performance.now()) : 0
    if (pauseMs === 0) return false
    this.#keepAlive()
    setTimeout(this.#release, Math.min(pauseMs, MAX_PAUSE_MS))
    return true
  }

  /** Up to the end of the first packet; the rest waits for the session. */
  #passConnect(chunk: Buffer): void {
    const end = this.#frames.advance(chunk, 0)
    if (this.#frames.complete) {
      this.#sawConnect = true
      this.#frames.maxPacketBytes = this.#maxPacketBytes
      this.#holding = true
      this.#held = chunk.subarray(end)
      // Aedes counts the CONNECT as handled right after this event.
      this.#client.once('connected', () => process.nextTick(this.#release))
    }
    this.#parse.call(this.#parser, chunk.subarray(0, end))
  }

  #holdUntilDrained(chunk: Buffer): void {
    this.#holding = true
    this.#held = chunk
    this.#waitForDrain.call(this.#client, this.#release)
  }

  readonly #release = (): void => {
    if (this.#client.closed || this.#waits()) return
    const held = this.#held
    this.#held = EMPTY
    this.#holding = false
    if (held.length > 0) this.take(held)
    this.read()
  }
}

/**
 * Aedes lets a publisher wait until each subscriber's socket takes more. Past the start of a session, which is paced
 * by the socket, deliveries go on at once and the unsent bytes are bounded instead.
 */
function boundedDrain(client: AedesClient, maxUnsentBytes: number): AedesClient['waitForDrain'] {
  const waitForDrain = client.waitForDrain
  return (callback: DrainCallback) => {
    if (!client.connected) {
      waitForDrain.call(client, callback)
      return
    }
    const bytes = client.conn.writableLength
    if (bytes > maxUnsentBytes && !client.closed) {
      client.emit('error', new GatewayError('LG_MQTT_SUBSCRIBER_SLOW', { bytes, limit: maxUnsentBytes }))
    }
    setImmediate(callback, null, client)
  }
}
