import type { Device } from '../../../src/core/device.js'
import type { DeviceChange, DeviceRecord, DeviceTree, NodeSum, TreeNode } from '../../../src/core/registry.js'
import type { PresenceRegistry } from '../../../src/devices/presence/presence-registry.js'

interface Node extends TreeNode {
  readonly children: Node[]
  readonly slots: Set<number>
}

/** A registry whose tree has a node for each site, area and line, and whose sums are asked of each device anew. */
export class RegistryInMemory implements PresenceRegistry {
  readonly #records: (DeviceRecord | undefined)[] = [undefined]
  readonly #nodes = new Map<string, Node>([['', newNode('', undefined)]])
  readonly #listeners: ((change: DeviceChange) => void)[] = []
  readonly #sums: Sum[] = []
  #revision = 0
  /** By `=id`, `=path` and name; made when it is asked for. */
  #index: Map<string, Device[]> | undefined

  readonly tree: DeviceTree = this.#newTree()

  get size(): number {
    return this.#records.length - 1
  }

  get(slot: number): Device | undefined {
    const record = this.#records[slot]
    return record === undefined ? undefined : deviceOf(slot, record)
  }

  record(slot: number): DeviceRecord | undefined {
    return this.#records[slot]
  }

  find(name: string): readonly Device[] {
    this.#index ??= this.#newIndex()
    return this.#index.get(`=${name}`) ?? this.#index.get(name) ?? []
  }

  onChange(listener: (change: DeviceChange) => void): void {
    this.#listeners.push(listener)
  }

  /** As after a restart, when nobody of the run before listens any more. */
  forgetReaders(): void {
    this.#listeners.length = 0
    this.#sums.length = 0
  }

  /** Gives the slot. */
  add(path: string, changes: Partial<DeviceRecord> = {}): number {
    const [site = '', area = '', line = '', device = ''] = path.split('/')
    const record: DeviceRecord = {
      id: device,
      status: 'confirmed',
      name: { zh: '', en: '' },
      ...{ site, area, line, device },
      ...{ model: '', vendor: '', sector: '', identifier: '', labels: {}, source: 'api' },
      ...{ revision: 1, createdAtMs: 1, updatedAtMs: 1 },
      ...changes,
    }
    this.#put(this.#records.length, record)
    return this.size
  }

  change(slot: number, changes: Partial<DeviceRecord>): void {
    this.#put(slot, { ...this.#records[slot]!, ...changes })
  }

  remove(slot: number): void {
    this.#put(slot, undefined)
  }

  #put(slot: number, after: DeviceRecord | undefined): void {
    const before = this.#records[slot]
    this.#index = undefined
    if (isIn(before)) this.#takeOut(slot, before!)
    this.#records[slot] = after
    if (isIn(after)) this.#putIn(slot, after!)
    const device = deviceOf(slot, (after ?? before)!)
    for (const listener of this.#listeners) listener({ slot, before, after, device })
  }

  #newIndex(): Map<string, Device[]> {
    const index = new Map<string, Device[]>()
    this.#records.forEach((record, slot) => {
      if (record === undefined) return
      const device = deviceOf(slot, record)
      for (const key of [`=${record.id}`, `=${device.path}`]) index.set(key, [device])
      index.set(device.device, [...(index.get(device.device) ?? []), device])
    })
    return index
  }

  #putIn(slot: number, record: DeviceRecord): void {
    this.#line(record).slots.add(slot)
    for (const sum of this.#sums) sum.moved(slot, this.#line(record), 1)
  }

  #takeOut(slot: number, record: DeviceRecord): void {
    this.#revision++
    this.#line(record).slots.delete(slot)
    for (const sum of this.#sums) sum.moved(slot, this.#line(record), -1)
  }

  #line({ site, area, line }: DeviceRecord): Node {
    let node = this.#nodes.get('')!
    for (const name of [site, area, line]) {
      const path = node.path === '' ? name : `${node.path}/${name}`
      const below = this.#nodes.get(path) ?? newNode(path, node)
      this.#nodes.set(path, below)
      node = below
    }
    return node
  }

  #newTree(): DeviceTree {
    const registry = this
    return {
      root: this.#nodes.get('')!,
      node: (path) => this.#nodes.get(path),
      get revision() {
        return registry.#revision
      },
      sum: (own) => {
        const sum = new Sum(own, (slot) => registry.#line(registry.#records[slot]!))
        registry.#sums.push(sum)
        return sum
      },
    }
  }
}

class Sum implements NodeSum {
  readonly #own: (slot: number) => number
  readonly #lineOf: (slot: number) => Node
  readonly #sums = new Map<TreeNode, number>()

  constructor(own: (slot: number) => number, lineOf: (slot: number) => Node) {
    this.#own = own
    this.#lineOf = lineOf
  }

  of(node: TreeNode): number {
    return this.#sums.get(node) ?? 0
  }

  add(slot: number, delta: number): void {
    this.#up(this.#lineOf(slot), delta)
  }

  moved(slot: number, line: TreeNode, sign: number): void {
    this.#up(line, sign * this.#own(slot))
  }

  #up(line: TreeNode, delta: number): void {
    for (let node: TreeNode | undefined = line; node !== undefined; node = node.parent)
      this.#sums.set(node, this.of(node) + delta)
  }
}

function newNode(path: string, parent: Node | undefined): Node {
  const node = { path, name: path.split('/').at(-1)!, parent, children: [], slots: new Set<number>() }
  parent?.children.push(node)
  return node
}

function isIn(record: DeviceRecord | undefined): boolean {
  return record !== undefined && record.status !== 'rejected'
}

function deviceOf(slot: number, { site, area, line, device }: DeviceRecord): Device {
  return { slot, path: [site, area, line, device].join('/'), site, area, line, device }
}
