import type { CountsNode, DeviceValues } from '../src/live/protocol.js'
import type { Connection } from './connection.js'
import { make } from './elements.js'
import { count, text } from './language.js'
import { headLine, TreeRow } from './tree-row.js'
import { showValues } from './values.js'

const INTERVAL_MS = 1000

interface Branch {
  readonly children?: readonly CountsNode[]
  readonly omitted?: number
}

/**
 * The tree of the plant. An open node is one subscription, of the nodes right below it or of the device's values, so
 * that the page asks for what it shows and for nothing else. Follows the treegrid pattern of WAI-ARIA.
 */
export class Tree {
  readonly #host: HTMLElement
  readonly #connection: Connection
  readonly #onRefused: (message: string) => void
  readonly #top = new Map<string, TreeRow>()
  readonly #rows = new WeakMap<Element, TreeRow>()

  constructor(host: HTMLElement, connection: Connection, onRefused: (message: string) => void) {
    this.#host = make('div')
    this.#host.setAttribute('role', 'presentation')
    this.#connection = connection
    this.#onRefused = onRefused
    this.#host.addEventListener('click', (event) => this.#onClick(event))
    this.#host.addEventListener('keydown', (event) => this.#onKey(event))
    host.setAttribute('role', 'treegrid')
    host.setAttribute('aria-labelledby', 'tree-title')
    host.append(headLine(), this.#host)
  }

  showTop(branch: Branch): void {
    this.#fill(this.#host, this.#top, branch, '', 1)
    const lines = this.#lines()
    if (lines.length > 0 && !lines.some((line) => line.tabIndex === 0)) lines[0]!.tabIndex = 0
  }

  /** Writes all figures again, in the language of now. */
  render(): void {
    for (const line of this.#lines()) this.#rows.get(line)?.render()
  }

  /** Rows are kept from update to update, so that focus and open nodes stay. */
  #fill(host: HTMLElement, rows: Map<string, TreeRow>, branch: Branch, path: string, level: number): void {
    const children = branch.children ?? []
    for (const [i, node] of children.entries()) {
      const row = rows.get(node.name) ?? this.#add(rows, path, node.name, level)
      row.show(node)
      if (host.children[i] !== row.element) host.insertBefore(row.element, host.children[i] ?? null)
    }
    host.querySelector(':scope > .omitted')?.remove()
    const { omitted = 0 } = branch
    if (omitted > 0) host.append(make('p', 'omitted nothing', text('omitted', { count: count(omitted) })))
  }

  #add(rows: Map<string, TreeRow>, path: string, name: string, level: number): TreeRow {
    const row = new TreeRow(path === '' ? name : `${path}/${name}`, name, level)
    rows.set(name, row)
    this.#rows.set(row.line, row)
    return row
  }

  #toggle(row: TreeRow): void {
    if (row.close === undefined) this.#open(row)
    else this.#close(row)
  }

  #open(row: TreeRow): void {
    const refused = (message: string) => {
      row.close = undefined
      this.#close(row)
      this.#onRefused(message)
    }
    row.close = row.isLeaf ? this.#openValues(row, refused) : this.#openBranch(row, refused)
    row.showOpen(true)
  }

  #openBranch(row: TreeRow, refused: (message: string) => void): () => void {
    const request = { topic: 'counts', scope: row.path, intervalMs: INTERVAL_MS, depth: 1 } as const
    return this.#connection.subscribe(
      request,
      ({ topic, data }) => {
        if (topic === 'counts') this.#fill(row.inside, row.children, data, row.path, row.level + 1)
      },
      refused,
    )
  }

  #openValues(row: TreeRow, refused: (message: string) => void): () => void {
    let newest: DeviceValues | undefined
    const host = make('div', 'values')
    row.inside.replaceChildren(host)
    showValues(host, newest)
    const request = { topic: 'values', scope: row.path, intervalMs: INTERVAL_MS } as const
    return this.#connection.subscribe(
      request,
      (frame) => {
        if (frame.topic !== 'values') return
        newest = frame.data.devices.find(({ device }) => device === row.path) ?? newest
        showValues(host, newest)
      },
      refused,
    )
  }

  /** Closes what is open below as well: nothing that cannot be seen is streamed. */
  #close(row: TreeRow): void {
    for (const child of row.children.values()) this.#close(child)
    row.close?.()
    row.close = undefined
    row.showOpen(false)
  }

  #lines(): HTMLElement[] {
    return [...this.#host.querySelectorAll<HTMLElement>('.row')].filter((line) => !line.closest('[hidden]'))
  }

  #rowOf(event: Event): TreeRow | undefined {
    const line = event.target instanceof Element ? event.target.closest('.row') : null
    return line === null ? undefined : this.#rows.get(line)
  }

  #onClick(event: Event): void {
    const row = this.#rowOf(event)
    if (row === undefined) return
    this.#focus(row.line)
    this.#toggle(row)
  }

  #onKey(event: KeyboardEvent): void {
    const row = this.#rowOf(event)
    if (row === undefined || !this.#move(row, event.key)) return
    event.preventDefault()
  }

  #move(row: TreeRow, key: string): boolean {
    const lines = this.#lines()
    const at = lines.indexOf(row.line)
    const open = row.close !== undefined
    switch (key) {
      case 'ArrowDown':
        return this.#focus(lines[at + 1])
      case 'ArrowUp':
        return this.#focus(lines[at - 1])
      case 'Home':
        return this.#focus(lines[0])
      case 'End':
        return this.#focus(lines.at(-1))
      case 'ArrowRight':
        if (open) return row.isLeaf || this.#focus(lines[at + 1])
        this.#open(row)
        return true
      case 'ArrowLeft':
        if (!open) return this.#focus(parentLine(row))
        this.#close(row)
        return true
      case 'Enter':
      case ' ':
        this.#toggle(row)
        return true
      default:
        return false
    }
  }

  #focus(line: HTMLElement | null | undefined): boolean {
    if (line === null || line === undefined) return true
    for (const other of this.#lines()) other.tabIndex = -1
    line.tabIndex = 0
    line.focus()
    return true
  }
}

function parentLine(row: TreeRow): HTMLElement | null {
  return row.element.parentElement?.closest('.branch')?.querySelector<HTMLElement>(':scope > .row') ?? null
}
