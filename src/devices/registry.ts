import type { Device } from '../core/device.js'
import { LEVELS } from '../core/device.js'
import type { StateStore, Table } from '../core/state.js'
import type { DeviceDirectory } from '../core/views.js'
import type { TopicLevels } from './topic-pattern.js'

interface Node {
  readonly children: Map<string, Node>
  /** Devices at or below this node. */
  readonly devices: Device[]
}

/**
 * The devices seen, by slot, by path, by name and as a tree.
 *
 * Format. Table `devices`: slot → JSON of the four levels. Slots are given in order of first contact, from 1 (0 is no
 * device), and are never given again: the ledger's rows are found by them. A device is written in the transaction of
 * the block that mentions it first.
 */
export class DeviceRegistry implements DeviceDirectory {
  readonly #table: Table
  readonly #bySlot: (Device | undefined)[] = [undefined]
  readonly #byPath = new Map<string, Device>()
  readonly #byName = new Map<string, Device[]>()
  readonly #root: Node = newNode()

  constructor(state: StateStore) {
    this.#table = state.table('devices')
    for (const { key, value } of this.#table.entries()) {
      this.#insert(Number(key), JSON.parse(value.toString()) as TopicLevels)
    }
  }

  get size(): number {
    return this.#bySlot.length - 1
  }

  get(slot: number): Device | undefined {
    return this.#bySlot[slot]
  }

  at(path: string): Device | undefined {
    return this.#byPath.get(path)
  }

  find(nameOrPath: string): readonly Device[] {
    const device = this.#byPath.get(nameOrPath)
    return device === undefined ? (this.#byName.get(nameOrPath) ?? []) : [device]
  }

  under(path: string): readonly Device[] {
    return this.#node(path)?.devices ?? []
  }

  childrenOf(path: string): readonly string[] {
    return [...(this.#node(path)?.children.keys() ?? [])].sort()
  }

  /** The device of these levels; a new one is known from now on and `persist` must join the block that mentions it. */
  meet(levels: TopicLevels): { device: Device; isNew: boolean } {
    const known = this.#byPath.get(pathOf(levels))
    if (known !== undefined) return { device: known, isNew: false }
    return { device: this.#insert(this.#bySlot.length, levels), isNew: true }
  }

  /** Joins the transaction of the caller. */
  persist({ slot, site, area, line, device }: Device): void {
    this.#table.put(slot, Buffer.from(JSON.stringify({ site, area, line, device })))
  }

  #insert(slot: number, { site, area, line, device: name }: TopicLevels): Device {
    const device = { slot, path: pathOf({ site, area, line, device: name }), site, area, line, device: name }
    this.#bySlot[slot] = device
    this.#byPath.set(device.path, device)
    const namesakes = this.#byName.get(name)
    if (namesakes === undefined) this.#byName.set(name, [device])
    else namesakes.push(device)
    let node = this.#root
    node.devices.push(device)
    for (const part of device.path.split('/')) {
      node = childOf(node, part)
      node.devices.push(device)
    }
    return device
  }

  #node(path: string): Node | undefined {
    let node: Node | undefined = this.#root
    if (path === '') return node
    for (const part of path.split('/')) node = node?.children.get(part)
    return node
  }
}

/**
 * The levels that are known, joined by `/`. A client id that stands for the device may contain one itself: it is
 * written `%2F` in the path (and `%25` for a percent sign that could be mistaken), so that paths stay unique.
 */
export function pathOf(levels: TopicLevels): string {
  return LEVELS.map((level) => levels[level])
    .filter((part) => part !== '')
    .map((part) => part.replace(/%(?=25|2F)/g, '%25').replaceAll('/', '%2F'))
    .join('/')
}

function newNode(): Node {
  return { children: new Map(), devices: [] }
}

function childOf(node: Node, name: string): Node {
  const known = node.children.get(name)
  if (known !== undefined) return known
  const child = newNode()
  node.children.set(name, child)
  return child
}
