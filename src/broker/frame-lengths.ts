import { GatewayError } from '../core/errors.js'

/** MQTT-2.2.3: a remaining length has four bytes at the most. */
const MAX_LENGTH_BYTES = 4

/**
 * Finds the boundaries of MQTT packets in a stream of chunks, from their fixed headers alone:
 *
 *     │ type, flags │ remaining length: 7 bits a byte, lowest first, top bit = more │ body … │
 *
 * A packet that is too large is recognised by its header, before any of its body is kept.
 */
export class FrameLengths {
  /** May be changed between packets. */
  maxPacketBytes: number
  /** Bytes of the header read so far; 0 between packets. */
  #headerBytes = 0
  #remainingLength = 0
  /** Bytes of the body still to come. */
  #missing = 0

  constructor(maxPacketBytes: number) {
    this.maxPacketBytes = maxPacketBytes
  }

  /** Whether the bytes so far end with a whole packet. */
  get complete(): boolean {
    return this.#headerBytes === 0 && this.#missing === 0
  }

  /**
   * The offset behind the packet that begins or goes on at `at`, at most the end of the chunk.
   * @throws {GatewayError} LG_MQTT_PACKET_TOO_LARGE, LG_MQTT_PACKET_MALFORMED
   */
  advance(chunk: Buffer, at: number): number {
    let next = at
    if (this.#missing === 0) next = this.#readHeader(chunk, at)
    const taken = Math.min(this.#missing, chunk.length - next)
    this.#missing -= taken
    return next + taken
  }

  #readHeader(chunk: Buffer, at: number): number {
    let next = at
    while (next < chunk.length) {
      const byte = chunk[next++]!
      if (this.#headerBytes++ === 0) continue
      this.#remainingLength += (byte & 0x7f) * 128 ** (this.#headerBytes - 2)
      if (byte < 0x80) {
        this.#beginBody()
        return next
      }
      if (this.#headerBytes > MAX_LENGTH_BYTES) {
        throw new GatewayError('LG_MQTT_PACKET_MALFORMED', { cause: 'its length has more than four bytes' })
      }
    }
    return next
  }

  #beginBody(): void {
    const bytes = this.#headerBytes + this.#remainingLength
    if (bytes > this.maxPacketBytes) {
      throw new GatewayError('LG_MQTT_PACKET_TOO_LARGE', { bytes, limit: this.maxPacketBytes })
    }
    this.#missing = this.#remainingLength
    this.#headerBytes = 0
    this.#remainingLength = 0
  }
}
