import { seedOf } from '../signals/random.js'
import type { FaultPlan } from './plan.js'

/** When one fault strikes one device. Times are milliseconds of simulated time. */
export class FaultWindow {
  readonly plan: FaultPlan
  readonly #seed: number

  /** `seed` is that of the device and the fault: it decides which occurrences spare the device. */
  constructor(plan: FaultPlan, seed: number) {
    this.plan = plan
    this.#seed = seed
  }

  /** The occurrence in progress, counted from 0; -1 outside of any. */
  occurrence(timeMs: number): number {
    const { atMs, durationMs, everyMs } = this.plan
    if (timeMs < atMs) return -1
    const sinceMs = timeMs - atMs
    const at = Math.floor(sinceMs / everyMs)
    return sinceMs - (at === 0 ? 0 : at * everyMs) < durationMs ? at : -1
  }

  isOpen(timeMs: number): boolean {
    return this.occurrence(timeMs) >= 0
  }

  /** Whether an occurrence strikes this device, for faults that strike whole devices. */
  strikes(timeMs: number): boolean {
    const at = this.occurrence(timeMs)
    return at >= 0 && this.strikesIn(at)
  }

  strikesIn(occurrence: number): boolean {
    return seedOf(this.#seed, String(occurrence)) / 0x1_0000_0000 < this.plan.probability
  }
}
