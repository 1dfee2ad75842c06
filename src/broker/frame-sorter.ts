/**
 * Sorts the frames of one connection into those of its express lane and those of Aedes, without copying and in order:
 *
 *             ┌─ whole frame for the lane: take ─┐
 *             ▼                                  │
 *     ── BETWEEN FRAMES ─────────────────────────┴─▶ cut off by the end of the chunk: kept, the next chunk completes it
 *             │
 *             └─ frame for Aedes, whole or not ─▶ joins the run of bytes that is parsed before the next frame is taken
 *
 * Behind a SUBSCRIBE, UNSUBSCRIBE or DISCONNECT the rest of the chunk goes to Aedes: those take time, and what follows
 * them must not overtake them. The next chunk is read when Aedes is done with them.
 */
import type { ExpressLane } from './express-lane.js'
import { mayTakeLane } from './express-lane.js'
import type { FrameLengths } from './frame-lengths.js'

const EMPTY: Buffer = Buffer.alloc(0)

/** Packet types that Aedes handles at once: PUBLISH, its four answers, PINGREQ. */
const IMMEDIATE = (1 << 3) | (1 << 4) | (1 << 5) | (1 << 6) | (1 << 7) | (1 << 12)

/** Larger frames go through Aedes: to keep them until they are complete would only move the copy. */
const MAX_LANE_FRAME_BYTES = 65_536
/** Type and remaining length (MQTT 3.1.1 section 2.2). */
const MAX_HEADER_BYTES = 5

const TOO_LARGE = 0
const CUT_OFF = -1

export class FrameSorter {
  readonly #frames: FrameLengths
  readonly #lane: ExpressLane
  readonly #parse: (bytes: Buffer) => boolean
  readonly #maxFrameBytes: number
  /** The beginning of a frame of the lane. */
  #rest = EMPTY
  /** Where the variable header of the frame at hand begins. */
  #bodyStart = 0

  /** @param parse hands bytes to Aedes; false if the client is closed since */
  constructor(
    frames: FrameLengths,
    lane: ExpressLane,
    parse: (bytes: Buffer) => boolean,
    maxPacketBytes: number,
  ) {
    this.#frames = frames
    this.#lane = lane
    this.#parse = parse
    this.#maxFrameBytes = Math.min(MAX_LANE_FRAME_BYTES, maxPacketBytes)
  }

  /** Throws as `FrameLengths.advance`. */
  sort(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    this.#rest = EMPTY
    /** Where the run of bytes for Aedes begins. */
    let run = 0
    let at = this.#frames.complete ? 0 : this.#frames.advance(bytes, 0)
    let isOrdered = true
    while (at < bytes.length) {
      const first = bytes[at]!
      if (isOrdered && mayTakeLane(first)) {
        const end = this.#endOfFrame(bytes, at)
        if (end === CUT_OFF) return this.#keep(bytes, run, at)
        if (end !== TOO_LARGE) {
          if (run < at && !this.#parse(bytes.subarray(run, at))) return
          run = at
          if (this.#lane.take(bytes, first, this.#bodyStart, end)) {
            at = end
            run = end
            continue
          }
        }
      }
      isOrdered &&= (IMMEDIATE & (1 << (first >> 4))) !== 0
      at = this.#frames.advance(bytes, at)
    }
    if (run < bytes.length) this.#parse(run === 0 ? bytes : bytes.subarray(run))
  }

  /** The end of the frame that begins at `at`, and `#bodyStart`; `CUT_OFF` if the chunk ends before it. */
  #endOfFrame(bytes: Buffer, at: number): number {
    let length = 0
    for (let i = 1; i < MAX_HEADER_BYTES; i++) {
      const byte = bytes[at + i]
      if (byte === undefined) return CUT_OFF
      length += (byte & 0x7f) << (7 * (i - 1))
      if (byte < 0x80) {
        const end = at + 1 + i + length
        if (end - at > this.#maxFrameBytes) return TOO_LARGE
        this.#bodyStart = at + 1 + i
        return end > bytes.length ? CUT_OFF : end
      }
    }
    return TOO_LARGE
  }

  #keep(bytes: Buffer, run: number, at: number): void {
    if (run < at && !this.#parse(bytes.subarray(run, at))) return
    // A copy, so that an idle connection does not hold on to a whole chunk.
    this.#rest = Buffer.from(bytes.subarray(at))
  }
}
