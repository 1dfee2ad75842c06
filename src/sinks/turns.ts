/** Runs what it is given one after the other, in the order of asking. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve()

  run<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work)
    // Whoever asked is told of a failure; the next turn comes all the same.
    this.#last = turn.catch(() => undefined)
    return turn
  }
}
