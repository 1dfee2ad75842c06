import type { CountsNode } from '../src/live/protocol.js'
import type { TextKey } from './catalogue.js'
import { make, write } from './elements.js'
import { count, rate, text } from './language.js'

const CELLS = ['rate', 'messages', 'stored', 'pending', 'letters', 'active'] as const

const COLUMNS: Record<(typeof CELLS)[number], TextKey> = {
  rate: 'columnRate',
  messages: 'columnMessages',
  stored: 'columnStored',
  pending: 'columnPending',
  letters: 'columnDeadLetters',
  active: 'columnActive',
}

/** The line of column names. */
export function headLine(): HTMLElement {
  const columns = [heading('cell name', 'columnName')]
  for (const kind of CELLS) columns.push(heading(`cell number ${kind}`, COLUMNS[kind]))
  const line = make('div', 'row tree-head', '', columns)
  line.setAttribute('role', 'row')
  return line
}

function heading(className: string, key: TextKey): HTMLElement {
  const cell = make('span', className)
  cell.setAttribute('role', 'columnheader')
  cell.dataset.text = key
  return cell
}

/** One node of the tree: its line of figures, and below it a place for what it holds when it is open. */
export class TreeRow {
  readonly element: HTMLElement
  readonly line: HTMLElement
  readonly inside: HTMLElement
  readonly path: string
  readonly level: number
  readonly children = new Map<string, TreeRow>()
  /** A device without anything below it: open, it shows its values. */
  isLeaf = false
  /** Ends the stream of what the row holds; set while it is open. */
  close: (() => void) | undefined
  #node: CountsNode | undefined
  readonly #cells: Record<(typeof CELLS)[number], HTMLElement>

  constructor(path: string, name: string, level: number) {
    this.path = path
    this.level = level
    const title = make('span', 'cell name', '', [make('i', 'chevron'), make('span', 'name-text', name)])
    const cells = CELLS.map((kind) => [kind, make('span', `cell number ${kind}`)] as const)
    this.#cells = Object.fromEntries(cells) as Record<(typeof CELLS)[number], HTMLElement>
    this.line = make('div', `row level-${level}`, '', [title, ...cells.map(([, cell]) => cell)])
    this.line.setAttribute('role', 'row')
    this.line.setAttribute('aria-level', String(level))
    this.line.tabIndex = -1
    for (const cell of this.line.children) cell.setAttribute('role', 'gridcell')
    this.inside = make('div', 'inside')
    this.element = make('div', 'branch', '', [this.line, this.inside])
    this.element.setAttribute('role', 'presentation')
    this.inside.setAttribute('role', 'presentation')
    this.showOpen(false)
  }

  showOpen(open: boolean): void {
    this.line.setAttribute('aria-expanded', String(open))
    this.inside.hidden = !open
  }

  show(node: CountsNode): void {
    this.#node = node
    this.isLeaf = node.device && node.devices.seen <= 1
    this.line.classList.toggle('leaf', this.isLeaf)
    this.render()
  }

  render(): void {
    const node = this.#node
    if (node === undefined) return
    const { messages, points, rates, devices } = node
    const dead = messages.deadLettered + points.deadLettered
    write(this.#cells.rate, rate(rates.messagesReceived))
    write(this.#cells.messages, count(messages.received))
    write(this.#cells.stored, count(points.stored))
    write(this.#cells.pending, count(points.pending))
    write(this.#cells.letters, count(dead))
    write(this.#cells.active, text('activeOf', { active: count(devices.active), seen: count(devices.seen) }))
    this.#cells.letters.classList.toggle('some', dead > 0)
    this.#cells.active.classList.toggle('some', devices.active < devices.seen)
    this.line.classList.toggle('moving', rates.messagesReceived > 0)
  }
}
