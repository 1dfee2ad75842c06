import type { Device } from '../../src/core/device.js'
import type { Judgement } from '../../src/core/judgement.js'
import { encodePoint } from '../../src/core/line-protocol.js'
import type { PointBatch } from '../../src/core/point-batch.js'
import type { ReasonCode } from '../../src/core/reasons.js'
import type { PointContext, QualityStage } from '../../src/quality/quality.js'
import { SeriesState } from '../../src/quality/series-state.js'
import { batchOf, type PlainPoint, type TypeName } from './points.js'

/** 2026-03-04T05:06:07.089Z. */
export const ARRIVAL_MS = 1_772_600_767_089

export function deviceOf(slot: number): Device {
  return { slot, path: `s/a/l/d${slot}`, site: 's', area: 'a', line: 'l', device: `d${slot}` }
}

/** A point with these fields, each [name, type, text]. */
export function pointAt(
  time: string,
  ...fields: readonly (readonly [string, TypeName, string])[]
): PlainPoint {
  return { measurement: 'm', tags: [], time, fields }
}

/** What a stage is told of the point that it judges; counts what it notes. */
export class TestContext implements PointContext {
  isReplay = false
  device: Device
  measurement = 'm'
  series: SeriesState
  arrivalMs = ARRIVAL_MS
  readonly notes: ReasonCode[] = []
  #arrivals = 0
  #batch!: PointBatch
  #p = 0

  constructor(
    device: Device = deviceOf(1),
    series = new SeriesState(device.slot, 'm', `m,device=${device.device}`),
  ) {
    this.device = device
    this.series = series
  }

  judge(stage: QualityStage, batch: PointBatch, p: number): Judgement {
    this.#batch = batch
    this.#p = p
    batch.settle()
    return stage.judge(batch, p, this)
  }

  /** Judges one point; the batch is as the stage left it. */
  judgeOne(stage: QualityStage, point: PlainPoint): { judgement: Judgement; batch: PointBatch } {
    const batch = batchOf([point])
    return { judgement: this.judge(stage, batch, 0), batch }
  }

  arrivalNs(): string {
    return `${this.arrivalMs}${String(this.#arrivals++).padStart(6, '0')}`
  }

  noted(reason: ReasonCode): void {
    this.notes.push(reason)
  }

  released(): void {
    throw new Error('no line was held')
  }

  line(): string {
    return encodePoint(this.#batch, this.#p, this.series.key, this.#batch.times[this.#p]!)
  }
}

export function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)]!
}
