import type { Device } from '../../../src/core/device.js'
import type { DeviceTree, NodeSum, TreeNode } from '../../../src/core/registry.js'
import type { Places } from '../../../src/devices/production/shift-close.js'

class Node implements TreeNode {
  readonly path: string
  readonly name: string
  readonly parent: Node | undefined
  readonly children: Node[] = []
  readonly slots: number[] = []

  constructor(path: string, parent: Node | undefined) {
    this.path = path
    this.name = path.split('/').at(-1)!
    this.parent = parent
  }
}

/** A tree whose sums are added up when they are asked for, out of what they were told. */
export class PlainTree implements DeviceTree, Places {
  readonly root = new Node('', undefined)
  revision = 0
  readonly #devices: Device[] = []
  readonly #nodes = new Map<string, Node>([['', this.root]])

  constructor(...paths: readonly string[]) {
    for (const path of paths) this.add(path)
  }

  get tree(): DeviceTree {
    return this
  }

  add(path: string): number {
    const [site = '', area = '', line = '', device = ''] = path.split('/')
    const slot = this.#devices.length + 1
    this.#devices.push({ slot, path, site, area, line, device })
    this.#nodeAt(path.slice(0, path.lastIndexOf('/'))).slots.push(slot)
    return slot
  }

  get(slot: number): Device | undefined {
    return this.#devices[slot - 1]
  }

  find(nameOrPath: string): readonly Device[] {
    return this.#devices.filter(({ path, device }) => path === nameOrPath || device === nameOrPath)
  }

  node(path: string): TreeNode | undefined {
    return this.#nodes.get(path)
  }

  sum(own: (slot: number) => number): NodeSum {
    const told = this.#devices.map(({ slot }) => own(slot))
    return {
      add: (slot, delta) => {
        told[slot - 1] = (told[slot - 1] ?? 0) + delta
      },
      of: ({ path }) =>
        this.#devices.reduce((sum, device) => {
          const isBelow = path === '' || device.path.startsWith(`${path}/`)
          return isBelow ? sum + (told[device.slot - 1] ?? 0) : sum
        }, 0),
    }
  }

  #nodeAt(path: string): Node {
    const known = this.#nodes.get(path)
    if (known !== undefined) return known
    const parent = this.#nodeAt(path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '')
    const node = new Node(path, parent)
    parent.children.push(node)
    this.#nodes.set(path, node)
    return node
  }
}
