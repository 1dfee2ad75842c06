import type { PointBatch } from '../../core/point-batch.js'
import type { Decoder, TopicMemory } from '../decoder.js'

const GZIP = 0x1f
const ZLIB = 0x78

/** JSON that may be compressed: its first byte tells, since no JSON begins with the first byte of gzip or zlib. */
export class CompressibleJson implements Decoder {
  readonly #text: Decoder
  readonly #compressed: Decoder

  constructor(text: Decoder, compressed: Decoder) {
    this.#text = text
    this.#compressed = compressed
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const first = payload[0]
    if (first === GZIP || first === ZLIB) this.#compressed.decode(payload, memory, batch)
    else this.#text.decode(payload, memory, batch)
  }
}
