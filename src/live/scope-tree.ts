import type { Device } from '../core/device.js'
import type { DeviceDirectory } from '../core/views.js'

/** A node of the tree below a scope, with the ledger slots of the devices that no node below it takes. */
export class ScopeNode {
  readonly slots: number[] = []
  /** A device has exactly this path. */
  device = false
  readonly #children = new Map<string, ScopeNode>()
  readonly #omitted = new Set<string>()
  #sorted: ScopeNode[] | undefined

  constructor(
    /** Position in the arrays of whoever keeps something per node: 0 is the root. */
    readonly index: number,
    readonly name: string,
  ) {}

  /** Sorted by name. */
  get children(): readonly ScopeNode[] {
    this.#sorted ??= [...this.#children.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return this.#sorted
  }

  get omitted(): number {
    return this.#omitted.size
  }

  child(name: string): ScopeNode | undefined {
    return this.#children.get(name)
  }

  add(child: ScopeNode): ScopeNode {
    this.#children.set(child.name, child)
    this.#sorted = undefined
    return child
  }

  omit(name: string): void {
    this.#omitted.add(name)
  }
}

/**
 * The devices at or below a scope, sorted into nodes down to a depth.
 *
 * Grows with the directory: a device that appears is put in its place once, so that a tick costs nothing for the
 * devices already known, however many there are. A level takes `maxNodesPerLevel` nodes, first come; the devices
 * of further nodes stay with the node above, which counts the names it omits.
 */
export class ScopeTree {
  readonly root = new ScopeNode(0, '')
  readonly #devices: DeviceDirectory
  readonly #scope: string
  readonly #depth: number
  readonly #maxNodesPerLevel: number
  readonly #nodesOnLevel: number[] = []
  #nodes = 1
  #through = 0
  #size = 0

  constructor(devices: DeviceDirectory, scope: string, depth: number, maxNodesPerLevel: number) {
    this.#devices = devices
    this.#scope = scope
    this.#depth = depth
    this.#maxNodesPerLevel = maxNodesPerLevel
  }

  /** Devices in scope, as of the last `grow`. */
  get size(): number {
    return this.#size
  }

  get nodes(): number {
    return this.#nodes
  }

  /** Takes in the devices seen since the last call. */
  grow(): void {
    const { size } = this.#devices
    if (size === this.#through) return
    if (this.#through === 0) for (const device of this.#devices.under(this.#scope)) this.#place(device)
    else this.#placeFrom(this.#through + 1, size)
    this.#through = size
  }

  #placeFrom(first: number, last: number): void {
    for (let slot = first; slot <= last; slot++) {
      const device = this.#devices.get(slot)
      if (device !== undefined && isUnder(device.path, this.#scope)) this.#place(device)
    }
  }

  #place(device: Device): void {
    const names = namesBelow(device.path, this.#scope)
    let node = this.root
    let level = 0
    for (; level < this.#depth && level < names.length; level++) {
      const next = node.child(names[level]!) ?? this.#grown(node, names[level]!, level)
      if (next === undefined) break
      node = next
    }
    node.slots.push(device.slot)
    if (level === names.length) node.device = true
    this.#size++
  }

  #grown(parent: ScopeNode, name: string, level: number): ScopeNode | undefined {
    const onLevel = this.#nodesOnLevel[level] ?? 0
    if (onLevel === this.#maxNodesPerLevel) {
      parent.omit(name)
      return undefined
    }
    this.#nodesOnLevel[level] = onLevel + 1
    return parent.add(new ScopeNode(this.#nodes++, name))
  }
}

export function isUnder(path: string, scope: string): boolean {
  return scope === '' || path === scope || path.startsWith(`${scope}/`)
}

function namesBelow(path: string, scope: string): string[] {
  if (path === scope) return []
  return path.slice(scope === '' ? 0 : scope.length + 1).split('/')
}
