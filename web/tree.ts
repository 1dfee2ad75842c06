import type { CountsNode, CountsState, DeviceValues } from '../src/live/protocol.js'
import type { Connection } from './connection.js'
import { make } from './elements.js'
import { count, text } from './language.js'
import { PresenceStream } from './presence-stream.js'
import { headLine } from './tree-cells.js'
import { TreeRow } from './tree-row.js'
import { showValues } from './values.js'

const INTERVAL_MS = 1000

/** What is right below a node, and the rows that show it. */
interface Branch {
  readonly host: HTMLElement
  readonly rows: Map<string, TreeRow>
  readonly presences: PresenceStream
  readonly path: string
  readonly level: number
}

/**
 * The tree of the plant, below a line of the sums of all. An open node is one subscription of the nodes right below it,
 * and one of their presence if devices are among them, or one of the device's values, so that the page asks for what it
 * shows and for nothing else. Follows the treegrid pattern of WAI-ARIA.
 */
export class Tree {
  readonly #host: HTMLElement
  readonly #connection: Connection
  readonly #onRefused: (message: string) => void
  readonly #all = new TreeRow('', '', 1)
  readonly #top: Branch
  readonly #rows = new WeakMap<Element, TreeRow>()

  constructor(host: HTMLElement, connection: Connection, onRefused: (message: string) => void) {
    this.#host = make('div')
    this.#host.setAttribute('role', 'presentation')
    this.#connection = connection
    this.#onRefused = onRefused
    this.#rows.set(this.#all.line, this.#all)
    const sites = make('div')
    sites.setAttribute('role', 'presentation')
    this.#top = this.#branch(sites, new Map(), '', 1)
    this.#host.append(this.#all.element, sites)
    this.#host.addEventListener('click', (event) => this.#onClick(event))
    this.#host.addEventListener('keydown', (event) => this.#onKey(event))
    host.setAttribute('role', 'treegrid')
    host.setAttribute('aria-labelledby', 'tree-title')
    host.append(headLine(), this.#host)
  }

  showTop(state: CountsState): void {
    this.#all.show({ ...state, name: '', device: false }, undefined, this.#connection.nowMs)
    this.#fill(this.#top, state)
    const lines = this.#lines()
    if (!lines.some((line) => line.tabIndex === 0)) lines[0]!.tabIndex = 0
  }

  /** Writes all figures again, in the language of now. */
  render(): void {
    for (const row of this.#shownRows()) row.render(this.#connection.nowMs)
  }

  /** Writes anew how long each device has been in its state. */
  age(): void {
    const { nowMs } = this.#connection
    for (const row of this.#shownRows()) row.presence.showAge(nowMs)
  }

  /** Rows are kept from update to update, so that focus and open nodes stay; a row whose node is gone goes too. */
  #fill(branch: Branch, { children = [], omitted = 0 }: Pick<CountsNode, 'children' | 'omitted'>): void {
    const { host, rows, presences, path, level } = branch
    if (children.some(({ device }) => device)) presences.follow()
    else presences.end()
    this.#removeGone(rows, children)
    for (const [i, node] of children.entries()) {
      const row = rows.get(node.name) ?? this.#add(rows, path, node.name, level)
      row.show(node, presences.of(row.path), this.#connection.nowMs)
      if (host.children[i] !== row.element) host.insertBefore(row.element, host.children[i] ?? null)
    }
    host.querySelector(':scope > .omitted')?.remove()
    if (omitted > 0) host.append(make('p', 'omitted nothing', text('omitted', { count: count(omitted) })))
  }

  #removeGone(rows: Map<string, TreeRow>, nodes: readonly CountsNode[]): void {
    const names = new Set(nodes.map(({ name }) => name))
    for (const [name, row] of rows) {
      if (names.has(name)) continue
      const hadFocus = row.element.contains(document.activeElement)
      const next = parentLine(row) ?? this.#all.line
      this.#close(row)
      row.element.remove()
      rows.delete(name)
      if (hadFocus) this.#focus(next)
    }
  }

  #add(rows: Map<string, TreeRow>, path: string, name: string, level: number): TreeRow {
    const row = new TreeRow(path === '' ? name : `${path}/${name}`, name, level)
    rows.set(name, row)
    this.#rows.set(row.line, row)
    return row
  }

  #branch(host: HTMLElement, rows: Map<string, TreeRow>, path: string, level: number): Branch {
    const presences: PresenceStream = new PresenceStream(this.#connection, path, {
      onPresence: () => {
        const { nowMs } = this.#connection
        for (const row of rows.values()) row.showPresence(presences.of(row.path), nowMs)
      },
      onRefused: this.#onRefused,
    })
    return { host, rows, presences, path, level }
  }

  #toggle(row: TreeRow): void {
    if (row.close === undefined) this.#open(row)
    else this.#close(row)
  }

  #open(row: TreeRow): void {
    if (row.isSum) return
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
    row.inside.replaceChildren(...[...row.children.values()].map(({ element }) => element))
    const branch = this.#branch(row.inside, row.children, row.path, row.level + 1)
    const stop = this.#connection.subscribe(
      request,
      ({ topic, data }) => {
        if (topic === 'counts') this.#fill(branch, data)
      },
      (message) => {
        branch.presences.end()
        refused(message)
      },
    )
    return () => {
      stop()
      branch.presences.end()
    }
  }

  #openValues(row: TreeRow, refused: (message: string) => void): () => void {
    let newest: DeviceValues | undefined
    const host = make('div', 'values')
    row.inside.replaceChildren(row.presence.why, host)
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

  #shownRows(): TreeRow[] {
    return this.#lines().flatMap((line) => this.#rows.get(line) ?? [])
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
