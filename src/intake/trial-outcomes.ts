import type { Filtered, Refused } from '../core/judgement.js'
import type { ReasonCode } from '../core/reasons.js'
import type { TrialPoint } from '../core/trial.js'
import type { Outcomes } from './outcomes.js'
import type { PointInHand } from './point-in-hand.js'
import { pointOfLine } from './trial-point.js'

interface Held {
  readonly line: string
  readonly reason: ReasonCode
  readonly points: TrialPoint[]
  readonly at: number
}

/** Notes what would become of points. One for a whole trial: a point that is held back may be given back messages later. */
export class TrialOutcomes implements Outcomes {
  #points: TrialPoint[] = []
  #notes: ReasonCode[] = []
  /** Filtered points of which the series may still give back the line. */
  readonly #held: Held[] = []

  /** The points since the last call. */
  take(): readonly TrialPoint[] {
    const points = this.#points
    this.#points = []
    return points
  }

  kept(point: PointInHand): void {
    this.#add(point, 'stored', '', '')
  }

  filtered(point: PointInHand, { reason }: Filtered): void {
    this.#held.push({ line: point.line(), reason, points: this.#points, at: this.#points.length })
    this.#add(point, 'filtered', reason, '')
  }

  refused(point: PointInHand, { reason, message }: Refused): void {
    this.#add(point, 'deadLettered', reason, message)
  }

  noted(_point: PointInHand, reason: ReasonCode): void {
    this.#notes.push(reason)
  }

  released(_point: PointInHand, line: string, reason: ReasonCode): void {
    const index = this.#held.findLastIndex((held) => held.line === line && held.reason === reason)
    const [held] = index < 0 ? [] : this.#held.splice(index, 1)
    if (held === undefined) return
    held.points[held.at] = { ...held.points[held.at]!, outcome: 'stored', reason: '' }
  }

  #add(point: PointInHand, outcome: TrialPoint['outcome'], reason: ReasonCode | '', message: string): void {
    const { device } = point
    this.#points.push({
      device: device.path,
      ...pointOfLine(point.line(), device),
      timeFrom: point.isOfArrival ? 'arrival' : 'device',
      outcome,
      reason,
      message,
      notes: this.#notes,
    })
    this.#notes = []
  }
}
