import { noCounts } from './counts.js'

/** What a device did in one period. */
export interface ShiftTotals {
  /** Of the period. */
  readonly key: number
  /** By `Count`. */
  readonly counts: number[]
  /** Time in a running state, while fresh (APT). */
  runningMs: number
  /** Planned time in a planned stop, while fresh. */
  plannedStopMs: number
}

export function emptyTotals(key: number): ShiftTotals {
  return { key, counts: noCounts(), runningMs: 0, plannedStopMs: 0 }
}

export function saveTotals({ key, counts, runningMs, plannedStopMs }: ShiftTotals): number[] {
  return [key, runningMs, plannedStopMs, ...counts]
}

export function loadTotals(saved: readonly number[]): ShiftTotals {
  const [key = 0, runningMs = 0, plannedStopMs = 0, ...counts] = saved
  return { key, runningMs, plannedStopMs, counts: noCounts().map((none, i) => counts[i] ?? none) }
}
