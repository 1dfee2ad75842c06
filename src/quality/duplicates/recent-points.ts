import type { NanoTime } from '../time/nano-time.js'
import type { ContentHash } from './content-hash.js'
import { HEADER_WORDS, POINT_WORDS, type Segment, type Slab, type Slabs } from './rings.js'

/** Words of the header. The newest time and the last time that points were moved from are in 64 bits, in order. */
const NEWEST_HIGH = 0
const NEWEST_LOW = 1
const MOVED_HIGH = 2
const MOVED_LOW = 3
/** By how many nanoseconds the last of them was moved. */
const MOVED_BY = 4

/** Words of a point: the hash of content and time as it came, and the time as it is stored, modulo 2^32 ns. */
const HASH_A = 0
const HASH_B = 1
const STORED = 2

/**
 * The last points of one series. Point n (from 0, over its whole life) stands at place n modulo capacity.
 *
 * Duplicates are told by 64 bits of content and time together. Whether a time is taken is told by its lower 32 bits: two
 * times that far apart (4.29 s, or a multiple of it, to the nanosecond) are taken for equal, and then a point that came out
 * of order is moved by a nanosecond without need; none is lost.
 */
export class RecentPoints {
  #slab!: Slab
  #segment!: Segment
  #ring = 0
  #offset = 0
  #added = 0
  /** Points before this one were read from the spool: the time as they came is not known, but the time as stored. */
  #recalled = 0

  constructor(slab: Slab) {
    this.#take(slab)
  }

  isNewer(time: NanoTime): boolean {
    if (this.#added === 0) return true
    const { words } = this.#segment
    return time.isAfter(words[this.#offset + NEWEST_HIGH]!, words[this.#offset + NEWEST_LOW]!)
  }

  /** Whether the same content came with the same time. */
  has(hash: ContentHash): boolean {
    return this.#find(hash, this.#added)
  }

  /** Whether a point that was read from the spool says this and is stored at this time. */
  hasRecalled(hash: ContentHash): boolean {
    return this.#recalled > 0 && this.#find(hash, this.#recalled)
  }

  isTaken(time: NanoTime): boolean {
    const { words } = this.#segment
    const stored = time.low32
    const first = this.#offset + HEADER_WORDS + STORED
    const end = first + Math.min(this.#added, this.#slab.capacity) * POINT_WORDS
    for (let at = first; at < end; at += POINT_WORDS) if (words[at] === stored) return true
    return false
  }

  /** By how many nanoseconds the last point of this time was moved, 0 if none was or others were moved since. */
  movedBy(time: NanoTime): number {
    const { words } = this.#segment
    const at = this.#offset
    const isSame = words[at + MOVED_HIGH] === time.high && words[at + MOVED_LOW] === time.low
    return isSame ? words[at + MOVED_BY]! : 0
  }

  /** The point that comes next was moved from this time. */
  moved(from: NanoTime, nanos: number): void {
    const { words } = this.#segment
    words[this.#offset + MOVED_HIGH] = from.high
    words[this.#offset + MOVED_LOW] = from.low
    words[this.#offset + MOVED_BY] = nanos
  }

  /** Remembers a point, and forgets the oldest if there are `window` of them. `time` is that at which it is stored. */
  add(hash: ContentHash, time: NanoTime, slabs: Slabs, window: number): void {
    if (this.#added >= this.#slab.capacity && this.#slab.capacity < window) this.#grow(slabs, window)
    const { words } = this.#segment
    if (this.isNewer(time)) {
      words[this.#offset + NEWEST_HIGH] = time.high
      words[this.#offset + NEWEST_LOW] = time.low
    }
    const at = this.#placeOf(this.#added++)
    words[at + HASH_A] = hash.a
    words[at + HASH_B] = hash.b
    words[at + STORED] = time.low32
  }

  /** All points until now were read from the spool. */
  markRecalled(): void {
    this.#recalled = this.#added
  }

  /** Gives its memory back; it must not be used any more. */
  release(): void {
    this.#slab.give(this.#segment, this.#ring)
  }

  /** Among the points before number `end`. */
  #find(hash: ContentHash, end: number): boolean {
    const { words } = this.#segment
    const { a, b } = hash
    for (let n = Math.max(0, this.#added - this.#slab.capacity); n < end; n++) {
      const at = this.#placeOf(n)
      if (words[at] === a && words[at + HASH_B] === b) return true
    }
    return false
  }

  #placeOf(n: number): number {
    return this.#offset + HEADER_WORDS + (n % this.#slab.capacity) * POINT_WORDS
  }

  #take(slab: Slab): void {
    this.#slab = slab
    this.#segment = slab.open()
    this.#ring = slab.take(this.#segment)
    this.#offset = this.#ring * slab.ringWords
  }

  #grow(slabs: Slabs, window: number): void {
    const slab = this.#slab
    const segment = this.#segment
    const ring = this.#ring
    const header = this.#offset
    const first = this.#added - slab.capacity
    const places = Array.from({ length: slab.capacity }, (_, i) => this.#placeOf(first + i))
    this.#take(slabs.larger(slab, window))
    const { words } = this.#segment
    words.set(segment.words.subarray(header, header + HEADER_WORDS), this.#offset)
    for (const [i, from] of places.entries()) {
      words.set(segment.words.subarray(from, from + POINT_WORDS), this.#placeOf(first + i))
    }
    slab.give(segment, ring)
  }
}
