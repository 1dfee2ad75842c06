/**
 * Memory for rings of remembered points: arrays that many series share, since a typed array of its own costs a series more
 * than its points do.
 *
 *     ring      │ 5 words of header │ 3 words per point … │
 *     segment   an array of RINGS rings of one capacity
 *     slab      all segments of that capacity; one without a ring in use is let go
 *
 * A series that remembers n points costs 20 + 12 · capacity bytes here, where the capacity is 4 at first and doubles, up to
 * the window, as points come. At 371,000 series: 25 MB with the first four points of each, 292 MB with 64 of each.
 */
export const HEADER_WORDS = 5
export const POINT_WORDS = 3
const FIRST_CAPACITY = 4
const RINGS = 64

export class Segment {
  readonly words: Int32Array
  /** Numbers of the rings that nobody uses. */
  readonly free: number[] = Array.from({ length: RINGS }, (_, ring) => RINGS - 1 - ring)

  constructor(ringWords: number) {
    this.words = new Int32Array(RINGS * ringWords)
  }

  get isUnused(): boolean {
    return this.free.length === RINGS
  }
}

export class Slab {
  readonly capacity: number
  readonly ringWords: number
  #segments = 0
  /** Segments with a ring to give. */
  readonly #open: Segment[] = []

  constructor(capacity: number) {
    this.capacity = capacity
    this.ringWords = HEADER_WORDS + POINT_WORDS * capacity
  }

  get bytes(): number {
    return this.#segments * RINGS * this.ringWords * 4
  }

  /** A segment that has a ring to give: the last one of `free`, whose words are all 0. */
  open(): Segment {
    const known = this.#open.at(-1)
    if (known !== undefined) return known
    const segment = new Segment(this.ringWords)
    this.#segments++
    this.#open.push(segment)
    return segment
  }

  take(segment: Segment): number {
    const ring = segment.free.pop()!
    if (segment.free.length === 0) this.#close(segment)
    return ring
  }

  give(segment: Segment, ring: number): void {
    segment.words.fill(0, ring * this.ringWords, (ring + 1) * this.ringWords)
    if (segment.free.length === 0) this.#open.push(segment)
    segment.free.push(ring)
    if (!segment.isUnused || this.#open.length === 1) return
    this.#close(segment)
    this.#segments--
  }

  #close(segment: Segment): void {
    const last = this.#open.pop()!
    if (last !== segment) this.#open[this.#open.indexOf(segment)] = last
  }
}

export class Slabs {
  readonly #slabs = new Map<number, Slab>()

  get bytes(): number {
    let bytes = 0
    for (const slab of this.#slabs.values()) bytes += slab.bytes
    return bytes
  }

  first(window: number): Slab {
    return this.#of(Math.min(FIRST_CAPACITY, window))
  }

  larger(slab: Slab, window: number): Slab {
    return this.#of(Math.min(slab.capacity * 2, window))
  }

  #of(capacity: number): Slab {
    let slab = this.#slabs.get(capacity)
    if (slab === undefined) {
      slab = new Slab(capacity)
      this.#slabs.set(capacity, slab)
    }
    return slab
  }
}
