import type { Device } from '../../src/core/device.js'
import type { Judgement } from '../../src/core/judgement.js'
import { encodePoint } from '../../src/core/line-protocol.js'
import type { PointBatch } from '../../src/core/point-batch.js'
import type { ReasonCode } from '../../src/core/reasons.js'
import type { PointContext, QualityStage } from '../../src/quality/quality.js'
import { SeriesState } from '../../src/quality/series-state.js'
import { batchOf, type PlainPoint, pointsOf } from './points.js'

/** 2026-01-01T00:00:00Z. */
export const START_MS = 1_767_225_600_000

const DEVICE: Device = { slot: 1, path: 's/a/l/d', site: 's', area: 'a', line: 'l', device: 'd' }

/** One series that goes through a stage, as ingest would take it there; what becomes of it in lists. */
export class QualityStream implements PointContext {
  readonly isReplay = false
  readonly device: Device
  readonly measurement = 'm'
  series: SeriesState
  arrivalMs = START_MS
  /** Lines that are stored, in the order in which they are. */
  readonly stored: string[] = []
  readonly judgements: Judgement[] = []
  readonly notes: ReasonCode[] = []
  /** Filtered by now: a line that is given back is not. */
  filtered = 0
  refused = 0
  #stage: QualityStage
  #batch!: PointBatch
  #p = 0
  #arrivals = 0
  #ns = ''

  constructor(stage: QualityStage, device = DEVICE, series = new SeriesState(device.slot, 'm', 'm')) {
    this.#stage = stage
    this.device = device
    this.series = series
  }

  /** The configuration was read anew. */
  use(stage: QualityStage): void {
    this.#stage = stage
  }

  /** Returns the point as the stage left it. */
  send(point: PlainPoint): PlainPoint {
    return this.sendBatch(batchOf([point]))[0]!
  }

  sendBatch(batch: PointBatch): PlainPoint[] {
    this.#batch = batch
    for (let p = 0; p < batch.points; p++) this.#judge(p)
    return pointsOf(batch)
  }

  #judge(p: number): void {
    this.#p = p
    this.#ns = ''
    this.#batch.settle()
    const judgement = this.#stage.judge(this.#batch, p, this)
    this.judgements.push(judgement)
    if (judgement === 'keep') this.stored.push(this.line())
    else if (judgement.kind === 'filter') this.filtered++
    else {
      this.#batch.restore(p)
      this.refused++
    }
  }

  /** Codes: 'keep', or the reason. */
  get outcomes(): string[] {
    return this.judgements.map((judgement) => (judgement === 'keep' ? 'keep' : judgement.reason))
  }

  arrivalNs(): string {
    if (this.#ns === '')
      this.#ns = `${this.arrivalMs}${String(this.#arrivals++ % 1_000_000).padStart(6, '0')}`
    return this.#ns
  }

  noted(reason: ReasonCode): void {
    this.notes.push(reason)
  }

  released(line: string): void {
    this.stored.push(line)
    this.filtered--
  }

  line(): string {
    const timeNs = this.#batch.times[this.#p]!
    return encodePoint(this.#batch, this.#p, this.series.key, timeNs === '' ? this.arrivalNs() : timeNs)
  }
}

/** A point of floats, at so many milliseconds after the start. */
export function floats(atMs: number, values: Readonly<Record<string, number>>): PlainPoint {
  const fields = Object.entries(values).map(([name, value]) => [name, 'float', String(value)] as const)
  return { measurement: '', tags: [], time: `${START_MS + atMs}000000`, fields }
}
