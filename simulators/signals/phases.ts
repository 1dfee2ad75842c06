/** Shorter than any phase: what is left of one by rounding alone. */
const ROUNDING_S = 1e-6

/** A machine that goes from one phase to the next, whatever the length of the steps in which it is advanced. */
export interface Phased {
  /** Seconds until the phase in progress is over. */
  remainingS: number
  /** Lets `dtS` seconds pass within the phase in progress. */
  integrate(dtS: number): void
  /** Begins the phase that follows: sets `remainingS` to more than 0. */
  nextPhase(): void
}

/** Lets `dtS` seconds pass, phase by phase, so that a short phase counts even when nobody looked during it. */
export function advancePhases(machine: Phased, dtS: number): void {
  let left = dtS
  while (left > ROUNDING_S) {
    const slice = Math.min(left, machine.remainingS)
    machine.integrate(slice)
    machine.remainingS -= slice
    left -= slice
    if (machine.remainingS <= ROUNDING_S) machine.nextPhase()
  }
}
