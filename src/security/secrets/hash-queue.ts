/**
 * Lets few pieces of work run at once and few more wait; the rest is refused at once. A password takes tens of
 * milliseconds and megabytes: whoever sends many must not take the machine, nor the threads that files are read by.
 */
export class HashQueue {
  readonly #maxAtOnce: number
  readonly #maxWaiting: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(maxAtOnce: number, maxWaiting: number) {
    this.#maxAtOnce = maxAtOnce
    this.#maxWaiting = maxWaiting
  }

  get isFull(): boolean {
    return this.#running >= this.#maxAtOnce && this.#waiting.length >= this.#maxWaiting
  }

  /** In the order of the calls; 'busy' when too many wait. */
  async run<T>(work: () => Promise<T>): Promise<T | 'busy'> {
    if (this.isFull) return 'busy'
    if (this.#running < this.#maxAtOnce) this.#running++
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await work()
    } finally {
      // Its place goes to the next in line, before anyone who comes later can take it.
      const next = this.#waiting.shift()
      if (next === undefined) this.#running--
      else next()
    }
  }
}
