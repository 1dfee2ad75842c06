export interface BackOffOptions {
  readonly minMs: number
  readonly maxMs: number
  /** 0 ≤ random() < 1 */
  readonly random: () => number
}

/**
 * Exponential pauses, each somewhere between half of its step and the whole of it, so that gateways which lost the
 * same store do not all come back to it in the same instant.
 */
export class BackOff {
  readonly #options: BackOffOptions
  #stepMs: number

  constructor(options: BackOffOptions) {
    this.#options = options
    this.#stepMs = options.minMs
  }

  nextMs(): number {
    const { maxMs, random } = this.#options
    const stepMs = this.#stepMs
    this.#stepMs = Math.min(stepMs * 2, maxMs)
    return (stepMs / 2) * (1 + random())
  }

  reset(): void {
    this.#stepMs = this.#options.minMs
  }
}
