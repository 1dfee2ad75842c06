/**
 * Milliseconds in which this process ran, on a clock that never steps. A stretch in which it was stopped (a suspended
 * machine, SIGSTOP, a stalled disk) counts `maxStepMs` at most: messages that waited in sockets meanwhile are no silence
 * of their devices. `advance` must be called more often than that.
 */
export class RunningClock {
  readonly #steadyNow: () => number
  readonly #maxStepMs: number
  #ms = 0
  #advancedAtMs: number

  constructor(steadyNow: () => number, maxStepMs: number) {
    this.#steadyNow = steadyNow
    this.#maxStepMs = maxStepMs
    this.#advancedAtMs = steadyNow()
  }

  now(): number {
    return this.#ms + Math.min(this.#steadyNow() - this.#advancedAtMs, this.#maxStepMs)
  }

  advance(): number {
    this.#ms = this.now()
    this.#advancedAtMs = this.#steadyNow()
    return this.#ms
  }
}
