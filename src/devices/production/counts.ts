/** What is counted per device, for a shift and for ever; indexes of `number[]`. */
export const Count = { good: 0, bad: 1, cycles: 2, resets: 3, wraps: 4, stepBacks: 5, ignored: 6 } as const
export type Count = (typeof Count)[keyof typeof Count]

export const COUNTS = 7

/** The counters that a device can have. */
export const ROLES = ['good', 'bad', 'cycles'] as const
export type Role = (typeof ROLES)[number]

export interface ProductionCounts {
  /** Units, out of the counters called so. */
  readonly good: number
  readonly bad: number
  readonly cycles: number
  /** Counters that began again. */
  readonly resets: number
  readonly wraps: number
  /** Values below the highest that were no reset: what follows counts only beyond the highest. */
  readonly stepBacks: number
  /** Values that are no count: no number, negative, 2^53 or more, not below `wrapsAt`, or an increment with a fraction. */
  readonly ignored: number
}

export function noCounts(): number[] {
  return new Array<number>(COUNTS).fill(0)
}

/** `counts` from index `first` on. */
export function toCounts(counts: ArrayLike<number>, first = 0): ProductionCounts {
  return {
    good: counts[first + Count.good]!,
    bad: counts[first + Count.bad]!,
    cycles: counts[first + Count.cycles]!,
    resets: counts[first + Count.resets]!,
    wraps: counts[first + Count.wraps]!,
    stepBacks: counts[first + Count.stepBacks]!,
    ignored: counts[first + Count.ignored]!,
  }
}
