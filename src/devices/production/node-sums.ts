import type { DeviceTree, NodeSum, TreeNode } from '../../core/registry.js'
import type { DeviceProduction } from './device-production.js'
import { setTerms, TERMS, type Terms } from './terms.js'

/** The terms of every node of the tree, always the sums of the devices at and below it. */
export class NodeSums {
  readonly #sums: readonly NodeSum[]
  readonly #next = new Float64Array(TERMS)

  /** Starts with what the devices have in their `terms`. */
  constructor(tree: DeviceTree, deviceOf: (slot: number) => DeviceProduction | undefined) {
    this.#sums = Array.from({ length: TERMS }, (_, i) => tree.sum((slot) => deviceOf(slot)?.terms[i] ?? 0))
  }

  /** To be called after each change of a device; costs the depth of the tree for each term that changed. */
  update(device: DeviceProduction): void {
    const { slot, terms } = device
    setTerms(this.#next, device, device.current)
    for (let i = 0; i < TERMS; i++) {
      const delta = this.#next[i]! - terms[i]!
      if (delta === 0) continue
      terms[i] = this.#next[i]!
      this.#sums[i]!.add(slot, delta)
    }
  }

  of(node: TreeNode): Terms {
    return Float64Array.from(this.#sums, (sum) => sum.of(node))
  }
}
