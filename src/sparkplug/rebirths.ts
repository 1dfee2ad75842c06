/**
 * When edge nodes are asked for their births.
 *
 *     wanted ─▶ waiting ─▶ asked ─▶ not again before `minIntervalMs`, then twice that, … up to `maxIntervalMs`
 *                  └─▶ born meanwhile: nobody asks
 *
 * In the time `spreadMs` after the start, and for births that were on disk, the requests are spread at random over
 * `spreadMs`: the edge nodes of a fleet come back at once, and must not all send their births at once.
 */
import type { BirthWanted, EdgeNode } from '../decode/sparkplug/events.js'

export interface RebirthOptions {
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
  readonly spreadMs: number
}

export interface RebirthParts {
  readonly options: RebirthOptions
  readonly ask: (node: EdgeNode) => void
  /** Milliseconds on a clock that never steps. */
  readonly steadyNow: () => number
  /** 0 … 1 */
  readonly random: () => number
}

export type Wanted = BirthWanted | 'gap'

interface Asked {
  readonly node: EdgeNode
  timer: NodeJS.Timeout | undefined
  askedMs: number
  /** From the last request to the next. */
  intervalMs: number
}

/** Edge nodes that requests are remembered of; past it those that were met first are forgotten. */
const MAX_NODES = 100_000

export class Rebirths {
  readonly #options: RebirthOptions
  readonly #ask: (node: EdgeNode) => void
  readonly #steadyNow: () => number
  readonly #random: () => number
  readonly #nodes = new Map<string, Asked>()
  #startedMs = Number.NEGATIVE_INFINITY
  #closed = false

  constructor({ options, ask, steadyNow, random }: RebirthParts) {
    this.#options = options
    this.#ask = ask
    this.#steadyNow = steadyNow
    this.#random = random
  }

  start(): void {
    this.#startedMs = this.#steadyNow()
  }

  close(): void {
    this.#closed = true
    for (const { timer } of this.#nodes.values()) clearTimeout(timer)
    this.#nodes.clear()
  }

  /** Requests that wait for their time. */
  get waiting(): number {
    let waiting = 0
    for (const { timer } of this.#nodes.values()) if (timer !== undefined) waiting++
    return waiting
  }

  /** False if a request of this node waits already. */
  want(node: EdgeNode, why: Wanted): boolean {
    if (this.#closed) return false
    const asked = this.#entry(node)
    if (asked.timer !== undefined) return false
    const nowMs = this.#steadyNow()
    const { minIntervalMs } = this.#options
    // Long after the last request it is another trouble, not the same one that goes on.
    if (nowMs - asked.askedMs > 2 * asked.intervalMs) asked.intervalMs = minIntervalMs
    const throttledMs = Math.max(0, asked.askedMs + asked.intervalMs - nowMs)
    asked.timer = setTimeout(() => this.#due(asked), throttledMs + this.#jitterMs(why, nowMs))
    asked.timer.unref()
    return true
  }

  /** Nobody needs to ask any more. */
  born(node: EdgeNode): void {
    const asked = this.#nodes.get(keyOf(node))
    if (asked?.timer === undefined) return
    clearTimeout(asked.timer)
    asked.timer = undefined
  }

  #entry(node: EdgeNode): Asked {
    const key = keyOf(node)
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    if (this.#nodes.size >= MAX_NODES) this.#forgetOldest()
    const asked = {
      node,
      timer: undefined,
      askedMs: Number.NEGATIVE_INFINITY,
      intervalMs: this.#options.minIntervalMs,
    }
    this.#nodes.set(key, asked)
    return asked
  }

  #forgetOldest(): void {
    for (const [key, { timer }] of this.#nodes) {
      clearTimeout(timer)
      this.#nodes.delete(key)
      return
    }
  }

  #jitterMs(why: Wanted, nowMs: number): number {
    const { spreadMs } = this.#options
    const isSpread = why === 'restored' || nowMs - this.#startedMs < spreadMs
    return isSpread ? this.#random() * spreadMs : 0
  }

  #due(asked: Asked): void {
    const isFirst = asked.askedMs === Number.NEGATIVE_INFINITY
    asked.timer = undefined
    // Node.js may call a timer a millisecond early; what is counted from is never before it was due.
    const nowMs = this.#steadyNow()
    const { minIntervalMs, maxIntervalMs } = this.#options
    const isSameTrouble = !isFirst && nowMs - asked.askedMs <= 2 * asked.intervalMs
    asked.intervalMs = isSameTrouble ? Math.min(2 * asked.intervalMs, maxIntervalMs) : minIntervalMs
    asked.askedMs = nowMs
    this.#ask(asked.node)
  }
}

function keyOf({ group, node }: EdgeNode): string {
  return `${group}/${node}`
}
