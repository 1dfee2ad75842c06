import type { Settled } from '../core/message.js'

/**
 * Whom to tell when a block is on disk, in order of acceptance. A client's messages arrive in bunches and share one
 * callback, so that calls in a row are kept as their number: what waits for the disk is what the garbage collector
 * copies.
 */
export class Waiting {
  readonly #callbacks: Settled[] = []
  readonly #calls: number[] = []

  get isEmpty(): boolean {
    return this.#callbacks.length === 0
  }

  add(settled: Settled): void {
    const last = this.#callbacks.length - 1
    if (last >= 0 && this.#callbacks[last] === settled) this.#calls[last]!++
    else {
      this.#callbacks.push(settled)
      this.#calls.push(1)
    }
  }

  settle(): void {
    for (let i = 0; i < this.#callbacks.length; i++) {
      for (let calls = this.#calls[i]!; calls > 0; calls--) this.#callbacks[i]!()
    }
  }
}
