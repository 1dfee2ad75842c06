import type { Counts } from '../core/counts.js'
import type { DeviceTree, NodeSum, TreeNode } from '../core/registry.js'
import { type FollowedLedger, type LedgerFollower, STORED_COLUMN, toCounts } from '../ledger/ledger.js'

export interface DevicesHeard {
  /** Heard since the ledger began. */
  readonly seen: number
  /** Heard within the time that makes a device active. */
  readonly active: number
}

/**
 * The ledger's counts per node of the tree, as running sums, so that reading a node costs the same whether one device is
 * below it or all of them.
 *
 * Begins when it is first read: one pass over the devices per column. From then on each change of the ledger costs the
 * depth of the tree; a gateway that nobody watches pays nothing. A device turns inactive in a pass over the devices, which
 * is made only when the one that was heard the longest ago is due.
 */
export class TreeCounts implements LedgerFollower {
  readonly #ledger: FollowedLedger
  readonly #tree: DeviceTree
  readonly #activeWithinMs: number
  readonly #columns: NodeSum[] = []
  #seen: NodeSum | undefined
  #active: NodeSum | undefined
  /** 1: counts as seen, 2: as active, 3: as both. */
  #flags = new Uint8Array(1024)
  #lastSlot = 0
  /** When the first of the active devices turns inactive, or before. */
  #quietUntilMs = Number.POSITIVE_INFINITY

  constructor(ledger: FollowedLedger, tree: DeviceTree, activeWithinMs: number) {
    this.#ledger = ledger
    this.#tree = tree
    this.#activeWithinMs = activeWithinMs
  }

  /** To be called before the first read; `lastSlot`: devices known. */
  begin(lastSlot: number): void {
    if (this.#columns.length > 0) return
    for (let slot = 1; slot <= lastSlot; slot++) this.#flag(slot)
    for (let column = 0; column <= STORED_COLUMN; column++) {
      this.#columns.push(this.#tree.sum((slot) => this.#ledger.value(slot, column)))
    }
    this.#seen = this.#tree.sum((slot) => (this.#flags[slot] ?? 0) & SEEN)
    this.#active = this.#tree.sum((slot) => ((this.#flags[slot] ?? 0) & ACTIVE) / ACTIVE)
    this.#ledger.follow(this)
  }

  added(slot: number, column: number, count: number): void {
    this.#columns[column]!.add(slot, count)
  }

  heard(slot: number): void {
    if ((this.#flags[slot] ?? 0) === (SEEN | ACTIVE)) return
    const before = this.#flags[slot] ?? 0
    this.#flag(slot)
    if ((before & SEEN) === 0) this.#seen?.add(slot, 1)
    if ((before & ACTIVE) === 0) this.#active?.add(slot, 1)
  }

  /** No device turns inactive before this time. */
  get quietUntilMs(): number {
    return this.#quietUntilMs
  }

  /** Devices that were silent for too long turn inactive. */
  age(nowMs: number): void {
    if (nowMs < this.#quietUntilMs) return
    const since = nowMs - this.#activeWithinMs
    let oldestMs = Number.POSITIVE_INFINITY
    for (let slot = 1; slot <= this.#lastSlot; slot++) {
      if ((this.#flags[slot]! & ACTIVE) === 0) continue
      const heardMs = this.#ledger.lastReceivedMs(slot)
      if (heardMs > since) oldestMs = Math.min(oldestMs, heardMs)
      else this.#turnInactive(slot)
    }
    this.#quietUntilMs = oldestMs + this.#activeWithinMs
  }

  counts(node: TreeNode): Counts {
    return toCounts(this.#columns.map((column) => column.of(node)))
  }

  devices(of: TreeNode | number): DevicesHeard {
    if (typeof of !== 'number') return { seen: this.#seen?.of(of) ?? 0, active: this.#active?.of(of) ?? 0 }
    const flags = this.#flags[of] ?? 0
    return { seen: flags & SEEN, active: (flags & ACTIVE) / ACTIVE }
  }

  /** As heard just now, if it ever was; `age` finds those of which that is long ago. */
  #flag(slot: number): void {
    const heardMs = this.#ledger.lastReceivedMs(slot)
    if (heardMs === 0) return
    if (slot >= this.#flags.length) this.#grow(slot)
    this.#lastSlot = Math.max(this.#lastSlot, slot)
    this.#flags[slot] = SEEN | ACTIVE
    this.#quietUntilMs = Math.min(this.#quietUntilMs, heardMs + this.#activeWithinMs)
  }

  #turnInactive(slot: number): void {
    this.#flags[slot] = SEEN
    this.#active?.add(slot, -1)
  }

  #grow(slot: number): void {
    const grown = new Uint8Array(Math.max(slot + 1, this.#flags.length * 2))
    grown.set(this.#flags)
    this.#flags = grown
  }
}

const SEEN = 1
const ACTIVE = 2
