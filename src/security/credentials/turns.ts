/** One piece of work after the other: what a change has checked still holds when it is written. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  take<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    // The failure of one is not that of the next.
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
