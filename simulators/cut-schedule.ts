import type { FaultWindow } from './faults/fault-window.js'

/** When one reconnect storm cuts the connection of one device. Times are milliseconds of simulated time. */
export class CutSchedule {
  readonly #window: FaultWindow
  #occurrence = 0
  #cut = 0

  constructor(window: FaultWindow) {
    this.#window = window
  }

  /** When the next cut is due; Infinity after the last. */
  get dueMs(): number {
    const { atMs, everyMs, durationMs, cuts } = this.#window.plan
    const beginsMs = this.#occurrence === 0 ? atMs : atMs + this.#occurrence * everyMs
    return beginsMs + (this.#cut * durationMs) / cuts
  }

  /** Goes on to the next cut; says whether the one that was due strikes. */
  take(): boolean {
    const strikes = this.#window.strikesIn(this.#occurrence)
    this.#cut++
    if (this.#cut === this.#window.plan.cuts) {
      this.#cut = 0
      this.#occurrence++
    }
    return strikes
  }
}
