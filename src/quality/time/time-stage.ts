import { type Judgement, refused } from '../../core/judgement.js'
import type { ClockFault, PointBatch } from '../../core/point-batch.js'
import type { ReasonCode } from '../../core/reasons.js'
import type { PointContext, QualityStage } from '../quality.js'
import type { TimeSettings } from '../settings.js'
import type { ClockSkews } from './clock-skew.js'
import { NanoTime, toMilliseconds } from './nano-time.js'

type Action = TimeSettings['beyond']

/** Puts right, or refuses, points of devices whose clock cannot be true. Points without a time have that of their arrival. */
export class TimeStage implements QualityStage {
  readonly #unset: Action
  readonly #beyond: Action
  readonly #unsetBeforeMs: number
  readonly #maxBehindMs: number
  readonly #maxAheadMs: number
  readonly #skews: ClockSkews
  readonly #time: NanoTime

  /** @param time where the time of a point is read to, for the stages behind */
  constructor(settings: TimeSettings, skews: ClockSkews, time = new NanoTime()) {
    this.#unset = settings.unset
    this.#beyond = settings.beyond
    this.#unsetBeforeMs = Date.parse(settings.unsetBefore)
    this.#maxBehindMs = settings.maxBehindMs === 0 ? Number.POSITIVE_INFINITY : settings.maxBehindMs
    this.#maxAheadMs = settings.maxAheadMs === 0 ? Number.POSITIVE_INFINITY : settings.maxAheadMs
    this.#skews = skews
    this.#time = time
  }

  judge(batch: PointBatch, p: number, context: PointContext): Judgement {
    const time = batch.times[p]!
    if (time === '') return 'keep'
    this.#time.read(time)
    const timeMs = this.#time.ms
    if (timeMs < this.#unsetBeforeMs) return this.#judgeUnset(batch, p, context)
    const { arrivalMs } = context
    const lateMs = arrivalMs - timeMs
    // What was taken long ago says nothing of the clock.
    if (batch.historical[p] !== true) {
      if (!context.isReplay) this.#skews.observe(context.device.slot, arrivalMs, lateMs)
      if (lateMs > this.#maxBehindMs) return this.#judgeBeyond(batch, p, context, 'behind')
    }
    return -lateMs > this.#maxAheadMs ? this.#judgeBeyond(batch, p, context, 'ahead') : 'keep'
  }

  #judgeUnset(batch: PointBatch, p: number, context: PointContext): Judgement {
    if (!context.isReplay) this.#skews.observeUnset(context.device.slot)
    return this.#apply(this.#unset, batch, p, context, 'unset', 'clock_unset')
  }

  #judgeBeyond(batch: PointBatch, p: number, context: PointContext, fault: ClockFault): Judgement {
    return this.#apply(this.#beyond, batch, p, context, fault, 'clock_beyond')
  }

  #apply(
    action: Action,
    batch: PointBatch,
    p: number,
    context: PointContext,
    fault: ClockFault,
    reason: ReasonCode,
  ): Judgement {
    if (action === 'keep') return 'keep'
    if (action === 'dead-letter') return refused(reason, messageOf(fault, batch.times[p]!, context.arrivalMs))
    batch.retime(p, context.arrivalNs())
    batch.clockFaults[p] = fault
    context.noted('time_replaced')
    return 'keep'
  }
}

function messageOf(fault: ClockFault, timeNs: string, arrivalMs: number): string {
  const timeMs = toMilliseconds(timeNs)
  if (fault === 'unset') return `time ${isoOf(timeMs)}: the clock of the device was never set`
  const seconds = Math.abs(timeMs - arrivalMs) / 1000
  const where = fault === 'ahead' ? 'ahead of' : 'behind'
  return `time ${isoOf(timeMs)} is ${seconds} s ${where} the arrival at ${isoOf(arrivalMs)}`
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
