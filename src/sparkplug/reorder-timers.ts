import type { EdgeNode } from '../decode/sparkplug/events.js'

/** One timer for each edge node whose sequence has a gap that may still close (tck-id-operational-behavior-host-reordering-*). */
export class ReorderTimers {
  readonly #timeoutMs: number
  readonly #onElapsed: (node: EdgeNode) => void
  readonly #timers = new Map<string, NodeJS.Timeout>()

  constructor(timeoutMs: number, onElapsed: (node: EdgeNode) => void) {
    this.#timeoutMs = timeoutMs
    this.#onElapsed = onElapsed
  }

  /** The first gap counts: what is missing does not get more time because more goes missing. */
  begin(node: EdgeNode): void {
    const key = `${node.group}/${node.node}`
    if (this.#timers.has(key)) return
    const timer = setTimeout(() => {
      this.#timers.delete(key)
      this.#onElapsed(node)
    }, this.#timeoutMs)
    timer.unref()
    this.#timers.set(key, timer)
  }

  end({ group, node }: EdgeNode): void {
    const key = `${group}/${node}`
    clearTimeout(this.#timers.get(key))
    this.#timers.delete(key)
  }

  close(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }
}
