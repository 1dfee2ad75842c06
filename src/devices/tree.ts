/**
 * The tree of the places of devices, with sums that follow every change.
 *
 *     ''                  sums of all
 *     └─ ningbo           sums of ningbo
 *        ├─ moulding      sums of moulding; slots: 1, 2       devices ningbo/moulding/imm-01 and …/imm-02
 *        └─ smt           sums of smt;      slots: 3          device ningbo/smt/oven, which has nothing below it
 *
 * Invariants. A device is in one list: that of the node at its path if there is one, else that of the node above. A node
 * other than the root has a child, or a device below it; it goes when the last of them goes. A node's number in a sum is
 * that of the devices in its list and of its children, before and after each call.
 *
 * Cost. A device takes twelve bytes here. A change costs the depth of the tree, times the number of sums when a device
 * enters or leaves.
 */
import type { Device } from '../core/device.js'
import type { DeviceTree as Contract, NodeSum, TreeNode } from '../core/registry.js'
import { grown, SlotLists } from './slot-lists.js'
import { Branch } from './tree-branch.js'

/** What the tree asks of the registry. */
export interface TreePlaces {
  get(slot: number): Device | undefined
  /** The device whose place this is. */
  at(path: string): Device | undefined
}

export class DeviceTree implements Contract {
  readonly root: Branch
  readonly #places: TreePlaces
  readonly #lists = new SlotLists()
  /** By slot: where in `#branches` the node is that lists it, 0 for none. */
  #branchOf = new Uint32Array(1_024)
  readonly #branches: (Branch | undefined)[] = [undefined]
  readonly #freeIndexes: number[] = []
  readonly #owns: ((slot: number) => number)[] = []
  #revision = 0

  constructor(places: TreePlaces) {
    this.#places = places
    this.root = new Branch('', undefined, 1, 0, this.#lists)
    this.#branches.push(this.root)
  }

  get revision(): number {
    return this.#revision
  }

  node(path: string): Branch | undefined {
    let branch: Branch | undefined = this.root
    if (path === '') return branch
    for (const name of path.split('/')) branch = branch?.child(name)
    return branch
  }

  has(slot: number): boolean {
    return this.#listing(slot) !== undefined
  }

  /** Slots at or below a path, ascending. Costs what it returns. */
  slotsUnder(path: string): Uint32Array {
    const top = this.node(path)
    if (top === undefined) {
      const only = this.#places.at(path)
      return Uint32Array.from(only !== undefined && this.has(only.slot) ? [only.slot] : [])
    }
    const slots: number[] = []
    for (const branch of branchesFrom(top)) for (const slot of branch.slots) slots.push(slot)
    return Uint32Array.from(slots).sort()
  }

  /** Names of the nodes and devices right below a path, sorted. */
  namesBelow(path: string): string[] {
    const branch = this.node(path)
    if (branch === undefined) return []
    const names = branch.children.map(({ name }) => name)
    for (const slot of branch.slots) {
      const place = this.#places.get(slot)!.path
      if (place !== branch.path || branch === this.root) names.push(place.slice(place.lastIndexOf('/') + 1))
    }
    return names.sort()
  }

  /**
   * Starts with the sum over the devices that are in the tree now. What `own` says of a device must be what was added
   * for it, and whole numbers, which neither rounding nor the order of changes can alter.
   */
  sum(own: (slot: number) => number): NodeSum {
    const number = this.#owns.push(own) - 1
    for (const branch of branchesFrom(this.root)) branch.sums.push(0)
    for (const branch of branchesFrom(this.root)) {
      let sum = 0
      for (const slot of branch.slots) sum += own(slot)
      if (sum !== 0) addUp(branch, number, sum)
    }
    return {
      // A device that is not in the tree is asked for its number when it comes in.
      add: (slot, delta) => addUp(this.#listing(slot), number, delta),
      of: (node: TreeNode) => (node as Branch).sums[number]!,
    }
  }

  /** What is known of the way from addresses to devices, and of their places, is true no more. */
  touch(): void {
    this.#revision++
  }

  /** Puts in a device that is not in the tree, at its place. */
  insert({ slot, path }: Device): void {
    if (slot >= this.#branchOf.length) this.#branchOf = grown(this.#branchOf, slot)
    const names = path.split('/')
    const name = names.pop()!
    let branch = this.root
    for (const above of names) branch = branch.child(above) ?? this.#grow(branch, above)
    this.#list(branch.child(name) ?? branch, slot)
    this.#addOwn(slot, 1)
  }

  /** Takes out a device that is in the tree, while the registry still has its place. */
  remove(slot: number): void {
    const branch = this.#listing(slot)!
    this.#addOwn(slot, -1)
    this.#unlist(branch, slot)
    this.#prune(branch)
  }

  #listing(slot: number): Branch | undefined {
    return this.#branches[this.#branchOf[slot] ?? 0]
  }

  #list(branch: Branch, slot: number): void {
    this.#lists.append(branch, slot)
    this.#branchOf[slot] = branch.index
  }

  #unlist(branch: Branch, slot: number): void {
    this.#lists.remove(branch, slot)
    this.#branchOf[slot] = 0
  }

  #addOwn(slot: number, sign: 1 | -1): void {
    const branch = this.#listing(slot)
    for (let i = 0; i < this.#owns.length; i++) {
      const own = this.#owns[i]!(slot)
      if (own !== 0) addUp(branch, i, sign * own)
    }
  }

  /** A new node takes over the device at its path, which the node above had. */
  #grow(parent: Branch, name: string): Branch {
    const index = this.#freeIndexes.pop() ?? this.#branches.length
    const branch = new Branch(name, parent, index, this.#owns.length, this.#lists)
    this.#branches[index] = branch
    parent.add(branch)
    const at = this.#places.at(branch.path)
    if (at !== undefined && this.#listing(at.slot) === parent) this.#relist(at.slot, parent, branch)
    return branch
  }

  #relist(slot: number, from: Branch, to: Branch): void {
    this.#unlist(from, slot)
    this.#list(to, slot)
    if (to.parent === from) for (let i = 0; i < this.#owns.length; i++) to.sums[i] = this.#owns[i]!(slot)
  }

  /** Drops nodes that have nothing below them, from here upwards. */
  #prune(from: Branch): void {
    let branch = from
    while (branch.parent !== undefined && !branch.hasChildren && this.#isBare(branch)) {
      const { parent } = branch
      if (branch.count === 1) this.#relist(branch.first, branch, parent)
      parent.drop(branch)
      branch.sums.fill(0)
      this.#branches[branch.index] = undefined
      this.#freeIndexes.push(branch.index)
      branch = parent
    }
  }

  #isBare(branch: Branch): boolean {
    if (branch.count === 0) return true
    return branch.count === 1 && this.#places.get(branch.first)!.path === branch.path
  }
}

function addUp(from: Branch | undefined, number: number, delta: number): void {
  for (let branch = from; branch !== undefined; branch = branch.parent)
    branch.sums[number] = branch.sums[number]! + delta
}

function* branchesFrom(top: Branch): IterableIterator<Branch> {
  yield top
  for (const child of top.children) yield* branchesFrom(child)
}
