import type { DeviceTree, NodeSum } from '../../core/registry.js'

/** What a device counts as; `counted[slot]` is made of these. */
export const Counted = {
  registered: 1,
  connected: 2,
  fresh: 4,
  stale: 8,
  offline: 16,
  unknown: 32,
  discovered: 64,
} as const
export type Counted = keyof typeof Counted

export type PresenceSums = { readonly [K in Counted]: NodeSum }

/**
 * Devices per node of the tree. All but `discovered` are of confirmed devices, of which each is in one state:
 * `registered = fresh + stale + offline + unknown` at every node, always.
 */
export class SumsByNode {
  readonly sums: PresenceSums
  #counted = new Uint8Array(1024)

  constructor(tree: DeviceTree) {
    const sum = (kind: Counted) => tree.sum((slot) => ((this.#counted[slot] ?? 0) & Counted[kind] ? 1 : 0))
    this.sums = {
      registered: sum('registered'),
      connected: sum('connected'),
      fresh: sum('fresh'),
      stale: sum('stale'),
      offline: sum('offline'),
      unknown: sum('unknown'),
      discovered: sum('discovered'),
    }
  }

  of(slot: number): number {
    return this.#counted[slot] ?? 0
  }

  /** For a device that is in the tree; true if it counts otherwise than before. */
  set(slot: number, counted: number): boolean {
    if (slot >= this.#counted.length) this.#grow(slot)
    const before = this.#counted[slot]!
    if (counted === before) return false
    this.#counted[slot] = counted
    for (const kind of Object.keys(Counted) as Counted[]) {
      const bit = Counted[kind]
      const delta = (counted & bit) - (before & bit)
      if (delta !== 0) this.sums[kind].add(slot, Math.sign(delta))
    }
    return true
  }

  /** For a device that the tree has no more, and has taken out of its sums. */
  forget(slot: number): void {
    this.#counted[slot] = 0
  }

  #grow(slot: number): void {
    const grown = new Uint8Array(Math.max(slot + 1, this.#counted.length * 2))
    grown.set(this.#counted)
    this.#counted = grown
  }
}
