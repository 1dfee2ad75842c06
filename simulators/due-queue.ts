/**
 * What is due when, for the whole fleet: a binary heap of numbered items, the earliest first, and of those due at
 * once the one with the smaller number. No object and no timer per item.
 *
 *     items  │ 0 │ 1 │ 2 │ 3 │ …    item at heap[k] is due no later than those at heap[2k+1] and heap[2k+2]
 *     due    │ by item number
 */
export class DueQueue {
  readonly #heap: Uint32Array
  readonly #due: Float64Array
  #length = 0

  /** For items 0, …, `capacity` − 1, each in the queue at most once. */
  constructor(capacity: number) {
    this.#heap = new Uint32Array(capacity)
    this.#due = new Float64Array(capacity)
  }

  get length(): number {
    return this.#length
  }

  /** When the first item is due; Infinity without any. */
  get nextDueMs(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#due[this.#heap[0]!]!
  }

  dueOf(item: number): number {
    return this.#due[item]!
  }

  push(item: number, dueMs: number): void {
    this.#due[item] = dueMs
    let at = this.#length++
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isBefore(item, this.#heap[parent]!)) break
      this.#heap[at] = this.#heap[parent]!
      at = parent
    }
    this.#heap[at] = item
  }

  /** Takes the first item out; the queue must hold one. */
  pop(): number {
    const first = this.#heap[0]!
    const last = this.#heap[--this.#length]!
    if (this.#length > 0) this.#sink(last)
    return first
  }

  #sink(item: number): void {
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= this.#length) break
      const sibling = child + 1
      if (sibling < this.#length && this.#isBefore(this.#heap[sibling]!, this.#heap[child]!)) child = sibling
      if (!this.#isBefore(this.#heap[child]!, item)) break
      this.#heap[at] = this.#heap[child]!
      at = child
    }
    this.#heap[at] = item
  }

  #isBefore(a: number, b: number): boolean {
    const dueA = this.#due[a]!
    const dueB = this.#due[b]!
    return dueA < dueB || (dueA === dueB && a < b)
  }
}
