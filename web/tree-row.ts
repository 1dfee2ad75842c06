import type { CountsNode, DevicePresence } from '../src/live/protocol.js'
import type { TextKey } from './catalogue.js'
import { make } from './elements.js'
import { NodePresence } from './node-presence.js'
import { TreeCells } from './tree-cells.js'

/** One node of the tree, or the sum of all with an empty path: its line of figures, and below it a place for what it holds when it is open. */
export class TreeRow {
  readonly element: HTMLElement
  readonly line: HTMLElement
  readonly inside: HTMLElement
  readonly path: string
  readonly level: number
  /** The sums of all: nothing is inside. */
  readonly isSum: boolean
  readonly children = new Map<string, TreeRow>()
  readonly presence = new NodePresence()
  /** A device without anything below it: open, it shows its values. */
  isLeaf = false
  /** Ends the streams of what the row holds; set while it is open. */
  close: (() => void) | undefined
  readonly #cells = new TreeCells()
  #node: CountsNode | undefined
  #known: DevicePresence | undefined

  constructor(path: string, name: string, level: number) {
    this.path = path
    this.level = level
    this.isSum = path === ''
    const label = make('span', 'name-text', name)
    if (this.isSum) label.dataset.text = 'all' satisfies TextKey
    const title = make('span', 'cell name', '', [
      make('i', 'chevron'),
      make('span', 'name-lines', '', [label, this.presence.element]),
    ])
    this.line = make('div', this.isSum ? 'row sum' : `row level-${level}`, '', [
      title,
      ...this.#cells.elements,
    ])
    this.line.setAttribute('role', 'row')
    this.line.setAttribute('aria-level', String(level))
    this.line.tabIndex = -1
    for (const cell of this.line.children) cell.setAttribute('role', 'gridcell')
    this.inside = make('div', 'inside')
    this.element = make('div', 'branch', '', [this.line, this.inside])
    this.element.setAttribute('role', 'presentation')
    this.inside.setAttribute('role', 'presentation')
    this.inside.hidden = true
    if (!this.isSum) this.showOpen(false)
  }

  showOpen(open: boolean): void {
    this.line.setAttribute('aria-expanded', String(open))
    this.inside.hidden = !open
  }

  /**
   * @param known what the topic `presence` says of the device whose row this is
   * @param nowMs epoch milliseconds by the gateway's clock
   */
  show(node: CountsNode, known: DevicePresence | undefined, nowMs: number): void {
    const { seen } = node.devices
    const { registered, discovered } = node.networking
    this.#node = node
    this.#known = known
    this.isLeaf = node.device && Math.max(seen, registered + discovered) <= 1
    this.line.classList.toggle('leaf', this.isLeaf)
    this.render(nowMs)
  }

  showPresence(known: DevicePresence | undefined, nowMs: number): void {
    this.#known = known
    this.render(nowMs)
  }

  render(nowMs: number): void {
    const node = this.#node
    if (node === undefined) return
    this.#cells.show(node)
    this.line.classList.toggle('moving', node.rates.messagesReceived > 0)
    this.presence.show(node.networking, this.#known, this.isLeaf)
    this.presence.showAge(nowMs)
  }
}
