/**
 * Which devices changed, in a ring: change number r is of the slot `ring[r mod size]`. Readers keep the number that they
 * have read up to, so that what they do depends on what changed and not on how many devices there are.
 */
export class ChangeLog {
  readonly #ring: Int32Array
  #revision = 0

  constructor(size: number) {
    this.#ring = new Int32Array(size)
  }

  get revision(): number {
    return this.#revision
  }

  add(slot: number): void {
    this.#revision++
    this.#ring[this.#revision % this.#ring.length] = slot
  }

  /** Slots changed after a revision, each once; undefined if the ring does not reach back so far. */
  after(revision: number): ReadonlySet<number> | undefined {
    if (this.#revision - revision > this.#ring.length) return undefined
    const slots = new Set<number>()
    for (let r = revision + 1; r <= this.#revision; r++) slots.add(this.#ring[r % this.#ring.length]!)
    return slots
  }
}
