/** How many frames a connection may send within a window of time. */
export class FrameBudget {
  readonly #limit: number
  readonly #windowMs: number
  #sinceMs = 0
  #count = 0

  constructor(limit: number, windowMs: number) {
    this.#limit = limit
    this.#windowMs = windowMs
  }

  /** Takes one; false when the window's share is used up. */
  take(nowMs: number): boolean {
    if (nowMs - this.#sinceMs >= this.#windowMs) {
      this.#sinceMs = nowMs
      this.#count = 0
    }
    return ++this.#count <= this.#limit
  }
}
