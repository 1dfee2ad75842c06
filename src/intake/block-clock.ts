/** What a clock needs of the block that messages join. */
export interface Numbered {
  readonly number: number
}

/**
 * The wall clock, read once for each block: reading it costs more than a stage of quality, and what joins a block arrived
 * within `spool.flushIntervalMs`.
 */
export class BlockClock {
  readonly #open: Numbered
  #block = 0
  #nowMs = 0

  constructor(open: Numbered) {
    this.#open = open
  }

  /** Epoch milliseconds. */
  get nowMs(): number {
    const { number } = this.#open
    if (number !== this.#block) {
      this.#block = number
      this.#nowMs = Date.now()
    }
    return this.#nowMs
  }
}
