/** First in, first out. Lets go of its memory when it is empty. */
export class Fifo<T> {
  #items: T[] | undefined
  #next = 0

  get length(): number {
    return this.#items === undefined ? 0 : this.#items.length - this.#next
  }

  push(item: T): void {
    if (this.#items === undefined) this.#items = [item]
    else this.#items.push(item)
  }

  /** Of an empty one, undefined. */
  shift(): T | undefined {
    const items = this.#items
    if (items === undefined) return undefined
    const item = items[this.#next++]
    if (this.#next === items.length) {
      this.#items = undefined
      this.#next = 0
    }
    return item
  }
}
