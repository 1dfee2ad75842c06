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
 * - A subscriber that does not read what it subscribed to is disconnected instead of slowing down its publishers.
 */
import type { Connection } from 'aedes'
import { GatewayError } from '../core/errors.js'
import type { AedesClient, DrainCallback } from './aedes-internals.js'
import { ExpressLane } from './express-lane.js'
import { FrameLengths } from './frame-lengths.js'
import { FrameSorter } from './frame-sorter.js'
import type { Lanes } from './lanes.js'

export interface ConnectionLimits {
  /** A larger packet closes the connection. */
  readonly maxPacketBytes: number
  /** A subscriber with more unsent bytes than this is disconnected. */
  readonly maxUnsentBytes: number
}

const EMPTY = Buffer.alloc(0)
const LEVEL_WITH_PROPERTIES = 5

/**
 * Puts the inlet between a new client of Aedes and its socket; to be called before the first byte is read.
 * @param lanes without them, everything goes through Aedes
 */
export function guard(client: AedesClient, limits: ConnectionLimits, lanes?: Lanes): void {
  const inlet = new Inlet(client, limits.maxPacketBytes, lanes)
  client._parser.parse = inlet.take
  client._parsingBatch = 0
  client.conn.removeListener('readable', client._nextBatch)
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
  readonly #push: (chunk: Buffer | null) => boolean
  readonly #maxPacketBytes: number
  readonly #lanes: Lanes | undefined
  /** Made with the first bytes behind the CONNECT. */
  #lane: ExpressLane | undefined
  #sorter: FrameSorter | undefined
  #sawConnect = false
  #holding = false
  /** What was read while holding. */
  #held: Buffer = EMPTY

  constructor(client: AedesClient, maxPacketBytes: number, lanes: Lanes | undefined) {
    this.#client = client
    this.#maxPacketBytes = maxPacketBytes
    this.#lanes = lanes
    this.#conn = client.conn
    this.#frames = new FrameLengths(maxPacketBytes)
    this.#parser = client._parser
    this.#parse = client._parser.parse
    this.#waitForDrain = client.waitForDrain
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
      else if (this.#lanes === undefined || !this.#isReadable) this.#passAll(chunk)
      else this.#sort(chunk, this.#lanes)
    } catch (error) {
      this.#client.emit('error', error instanceof Error ? error : new Error(String(error)))
    }
  }

  /** From level 5 (MQTT 5) on, packets have properties that the lane does not read. */
  get #isReadable(): boolean {
    return this.#client.version < LEVEL_WITH_PROPERTIES
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
    // A PUBLISH is a sign of life (section 3.1.2.10) that Aedes does not see.
    if (client._keepaliveInterval > 0) client._keepaliveTimer?.refresh()
    this.#sorter.sort(chunk)
    if (!this.#lane.mustWait) return
    this.#holding = true
    this.#lane.whenRoom(this.#release)
  }

  /** Up to the end of the first packet; the rest waits for the session. */
  #passConnect(chunk: Buffer): void {
    const end = this.#frames.advance(chunk, 0)
    if (this.#frames.complete) {
      this.#sawConnect = true
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
    if (this.#client.closed) return
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
