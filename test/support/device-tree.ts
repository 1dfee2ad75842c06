import type { Device } from '../../src/core/device.js'
import type { DeviceTree, NodeSum, TreeNode } from '../../src/core/registry.js'

/** The tree of a list of devices, made anew at each question; its sums add up whatever is below a node, each time. */
export class TreeOfList implements DeviceTree {
  revision = 0
  readonly #devices: () => readonly Device[]

  constructor(devices: () => readonly Device[]) {
    this.#devices = devices
  }

  get root(): TreeNode {
    return this.#grown('', undefined)
  }

  node(path: string): TreeNode | undefined {
    let node: TreeNode | undefined = this.root
    for (const name of path === '' ? [] : path.split('/')) {
      node = node?.children.find((child) => child.name === name)
    }
    return node
  }

  sum(own: (slot: number) => number): NodeSum {
    const of = ({ path }: TreeNode) => this.#under(path).reduce((sum, { slot }) => sum + own(slot), 0)
    return { add: () => undefined, of }
  }

  #under(path: string): readonly Device[] {
    return this.#devices().filter((device) => path === '' || `${device.path}/`.startsWith(`${path}/`))
  }

  #grown(path: string, parent: TreeNode | undefined): TreeNode {
    const devices = this.#under(path)
    const prefix = path === '' ? '' : `${path}/`
    const below = devices.filter((device) => device.path !== path)
    const rest = below.map((device) => device.path.slice(prefix.length))
    const names = new Set(rest.filter((text) => text.includes('/')).map((text) => text.split('/')[0]!))
    const own = devices.filter((device) => {
      const text = device.path.slice(prefix.length)
      return device.path === path || (!text.includes('/') && !names.has(text))
    })
    const node: TreeNode = {
      path,
      name: path.split('/').at(-1) ?? '',
      parent,
      slots: own.map(({ slot }) => slot),
      get children() {
        return children()
      },
    }
    const children = () => [...names].sort().map((name) => this.#grown(prefix + name, node))
    return node
  }
}
