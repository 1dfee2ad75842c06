import type { DeviceTree, TreeNode } from '../core/registry.js'
import type { DeviceDirectory } from '../core/views.js'
import { childrenOf } from '../devices/networking/tree-walk.js'

/** A node of the tree below a scope, as frames show it. */
export interface ScopeNode {
  readonly path: string
  readonly name: string
  /** A device has exactly this path. */
  readonly device: boolean
  /** Of the registry's tree; undefined for a device without anything below it, and where there is nothing. */
  readonly node: TreeNode | undefined
  /** Of the device that has no node; 0 for none. */
  readonly slot: number
  /** Sorted by name. */
  readonly children: readonly ScopeNode[]
  /** Nodes right below that are left out. */
  readonly omitted: number
}

/**
 * The nodes at or below a scope, down to a depth, as they are now.
 *
 * It keeps no devices: the registry's tree does, and has their sums. So a look at it costs a comparison while no device
 * came, moved or went, and otherwise the nodes shown, of which a level takes `maxNodesPerLevel`, first by name.
 */
export class ScopeTree {
  readonly #tree: DeviceTree
  readonly #devices: DeviceDirectory
  readonly #scope: string
  readonly #depth: number
  readonly #maxNodesPerLevel: number
  #room: number[] = []
  #root: ScopeNode | undefined
  #revision = -1
  #size = -1

  constructor(
    tree: DeviceTree,
    devices: DeviceDirectory,
    scope: string,
    depth: number,
    maxNodesPerLevel: number,
  ) {
    this.#tree = tree
    this.#devices = devices
    this.#scope = scope
    this.#depth = depth
    this.#maxNodesPerLevel = maxNodesPerLevel
  }

  /** The same object while nothing changed. */
  look(): ScopeNode {
    const { revision } = this.#tree
    const { size } = this.#devices
    if (this.#root !== undefined && revision === this.#revision && size === this.#size) return this.#root
    this.#revision = revision
    this.#size = size
    this.#room = new Array<number>(this.#depth).fill(this.#maxNodesPerLevel)
    this.#root = this.#grown(this.#scope, '', this.#tree.node(this.#scope), this.#slotAt(this.#scope), 0)
    return this.#root
  }

  #grown(path: string, name: string, node: TreeNode | undefined, slot: number, level: number): ScopeNode {
    const children: ScopeNode[] = []
    let omitted = 0
    if (node !== undefined && level < this.#depth) {
      const shown = childrenOf(node, (slot) => this.#devices.get(slot), this.#room[level]!)
      this.#room[level]! -= shown.children.length
      omitted = shown.omitted
      for (const child of shown.children) {
        const at = child.slot === 0 ? this.#slotAt(child.path) : child.slot
        children.push(this.#grown(child.path, child.name, child.node, at, level + 1))
      }
    }
    return { path, name, device: slot !== 0, node, slot: node === undefined ? slot : 0, children, omitted }
  }

  /** Of the device with exactly this path, 0 without one. */
  #slotAt(path: string): number {
    const [found] = this.#devices.find(path)
    return found?.path === path ? found.slot : 0
  }
}
