/** A list of slots, in order of arrival; 0 is no slot. */
export interface SlotList {
  first: number
  last: number
  count: number
}

const FIRST_CAPACITY = 1_024

/**
 * Lists of slots, each slot in one list at the most: two numbers per slot, however many lists there are.
 *
 *     list ─▶ first ⇄ slot ⇄ slot ⇄ last        #next[slot], #previous[slot]; 0 ends the list
 */
export class SlotLists {
  #next = new Uint32Array(FIRST_CAPACITY)
  #previous = new Uint32Array(FIRST_CAPACITY)

  append(list: SlotList, slot: number): void {
    if (slot >= this.#next.length) this.#grow(slot)
    this.#previous[slot] = list.last
    this.#next[slot] = 0
    if (list.last === 0) list.first = slot
    else this.#next[list.last] = slot
    list.last = slot
    list.count++
  }

  remove(list: SlotList, slot: number): void {
    const next = this.#next[slot]!
    const previous = this.#previous[slot]!
    if (previous === 0) list.first = next
    else this.#next[previous] = next
    if (next === 0) list.last = previous
    else this.#previous[next] = previous
    list.count--
  }

  *iterate(list: SlotList): IterableIterator<number> {
    for (let slot = list.first; slot !== 0; ) {
      // Read first: whoever is given the slot may take it out of the list.
      const next = this.#next[slot]!
      yield slot
      slot = next
    }
  }

  #grow(slot: number): void {
    this.#next = grown(this.#next, slot)
    this.#previous = grown(this.#previous, slot)
  }
}

/** A longer copy that has a place for `slot`. */
export function grown(array: Uint32Array, slot: number): Uint32Array<ArrayBuffer> {
  const longer = new Uint32Array(Math.max(slot + 1, array.length * 2))
  longer.set(array)
  return longer
}
