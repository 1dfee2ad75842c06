/**
 * The wall clock, read once in a turn of the event loop: reading it costs more than a stage of quality, and the messages of
 * one read of a socket arrived together.
 */
export class TurnClock {
  #nowMs = 0
  readonly #forget = () => {
    this.#nowMs = 0
  }

  /** Epoch milliseconds. */
  get nowMs(): number {
    if (this.#nowMs === 0) {
      this.#nowMs = Date.now()
      process.nextTick(this.#forget)
    }
    return this.#nowMs
  }
}
