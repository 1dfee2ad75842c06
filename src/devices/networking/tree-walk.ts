import type { Device } from '../../core/device.js'
import type { TreeNode } from '../../core/registry.js'

/** A child as readers of the tree see it: a node, or a device that has none. */
export interface Child {
  readonly name: string
  readonly path: string
  /** Undefined for a device without anything below it. */
  readonly node: TreeNode | undefined
  /** Of the device; 0 for a node. */
  readonly slot: number
}

export interface Children {
  /** Sorted by name, the first `limit`. */
  readonly children: readonly Child[]
  readonly omitted: number
}

/** The nodes and the devices right below a node. */
export function childrenOf(
  node: TreeNode,
  device: (slot: number) => Device | undefined,
  limit: number,
): Children {
  const first = new FirstByName(limit)
  for (const child of node.children) {
    first.take({ name: child.name, path: child.path, node: child, slot: 0 })
  }
  for (const slot of node.slots) {
    const path = device(slot)?.path
    if (path === undefined || path === node.path) continue
    first.take({ name: path.slice(path.lastIndexOf('/') + 1), path, node: undefined, slot })
  }
  return first.result()
}

/** The first of many in the order of their names, without sorting all of them. */
class FirstByName {
  readonly #limit: number
  #kept: Child[] = []
  #last: string | undefined
  #count = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  take(child: Child): void {
    this.#count++
    if (this.#last !== undefined && child.name >= this.#last) return
    this.#kept.push(child)
    if (this.#kept.length >= 2 * this.#limit + 64) this.#cut()
  }

  result(): Children {
    this.#cut()
    return { children: this.#kept, omitted: this.#count - this.#kept.length }
  }

  #cut(): void {
    this.#kept.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
    if (this.#kept.length <= this.#limit) return
    this.#kept = this.#kept.slice(0, this.#limit)
    this.#last = this.#kept.at(-1)?.name ?? ''
  }
}
