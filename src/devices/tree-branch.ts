import type { TreeNode } from '../core/registry.js'
import type { SlotList, SlotLists } from './slot-lists.js'

/** A node of the tree, with the numbers of every sum. Names are as in paths: a `/` inside of one is `%2F`. */
export class Branch implements TreeNode, SlotList {
  readonly path: string
  readonly name: string
  readonly parent: Branch | undefined
  /** Where the tree keeps it; a later node may be kept there. */
  readonly index: number
  /** By number of the sum. */
  readonly sums: number[]
  first = 0
  last = 0
  count = 0
  readonly #lists: SlotLists
  readonly #byName = new Map<string, Branch>()
  #sorted: readonly Branch[] | undefined

  constructor(name: string, parent: Branch | undefined, index: number, sums: number, lists: SlotLists) {
    this.name = name
    this.parent = parent
    this.path = parent === undefined || parent.path === '' ? name : `${parent.path}/${name}`
    this.index = index
    this.sums = new Array<number>(sums).fill(0)
    this.#lists = lists
  }

  get children(): readonly Branch[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return this.#sorted
  }

  get hasChildren(): boolean {
    return this.#byName.size > 0
  }

  get slots(): Iterable<number> {
    return { [Symbol.iterator]: () => this.#lists.iterate(this) }
  }

  child(name: string): Branch | undefined {
    return this.#byName.get(name)
  }

  add(child: Branch): void {
    this.#byName.set(child.name, child)
    this.#sorted = undefined
  }

  drop(child: Branch): void {
    this.#byName.delete(child.name)
    this.#sorted = undefined
  }
}
