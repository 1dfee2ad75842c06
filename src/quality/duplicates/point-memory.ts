import { detached } from '../../core/detached.js'
import { LineProtocolError, LineProtocolParser } from '../../core/line-protocol-parser.js'
import { NO_FIELDS } from '../series/field-set.js'
import type { SeriesState } from '../series-state.js'
import { NanoTime } from '../time/nano-time.js'
import { ContentHash } from './content-hash.js'
import { RecentPoints } from './recent-points.js'
import { Slabs } from './rings.js'

export interface Recalled {
  readonly points: number
  /** Why the rest could not be read. */
  readonly failure: LineProtocolError | undefined
}

/** The last points of all series, shared by the stages of all routes. */
export class PointMemory {
  readonly slabs = new Slabs()
  readonly #time = new NanoTime()
  readonly #hash = new ContentHash()
  /** Series key → what was read from the spool of a series that has not spoken since the start. */
  readonly #recalled = new Map<string, RecentPoints>()

  /** Bytes of the points; some 90 bytes per series stand beside them. */
  get bytes(): number {
    return this.slabs.bytes
  }

  of(series: SeriesState, window: number): RecentPoints {
    series.recent ??= this.#takeRecalled(series.key) ?? new RecentPoints(this.slabs.first(window))
    return series.recent
  }

  /**
   * Remembers points that were stored in an earlier run, so that what devices send again since it was not acknowledged is
   * told from what is new. To be called before the first message, with the lines of the newest blocks in their order; the
   * caller bounds how many.
   * A line that cannot be read ends the reading; what stands before it is remembered.
   */
  recall(lines: Buffer | string, window: number): Recalled {
    const parser = new LineProtocolParser()
    let points = 0
    parser.open(lines.toString())
    try {
      for (; parser.next(); points++) this.#remember(parser, window)
      return { points, failure: undefined }
    } catch (failure) {
      if (!(failure instanceof LineProtocolError)) throw failure
      return { points, failure }
    }
  }

  #remember(line: LineProtocolParser, window: number): void {
    const recent = this.#recalledOf(line.series, window)
    this.#time.read(line.time)
    this.#hash.read(line, 0, line.fields, NO_FIELDS)
    this.#hash.join(this.#time.high, this.#time.low)
    recent.add(this.#hash, this.#time, this.slabs, window)
    recent.markRecalled()
  }

  #recalledOf(key: string, window: number): RecentPoints {
    const known = this.#recalled.get(key)
    if (known !== undefined) return known
    const recent = new RecentPoints(this.slabs.first(window))
    this.#recalled.set(detached(key), recent)
    return recent
  }

  #takeRecalled(key: string): RecentPoints | undefined {
    const recent = this.#recalled.get(key)
    if (recent !== undefined) this.#recalled.delete(key)
    return recent
  }
}
