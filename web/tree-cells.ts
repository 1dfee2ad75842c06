import type { CountsNode } from '../src/live/protocol.js'
import type { TextKey } from './catalogue.js'
import { make, write } from './elements.js'
import { count, percent, rate } from './language.js'

const KINDS = [
  ...(['registered', 'connected', 'fresh', 'networking', 'delivery'] as const),
  ...(['rate', 'messages', 'stored', 'pending', 'letters'] as const),
]
type Kind = (typeof KINDS)[number]

const COLUMNS: Record<Kind, { readonly name: TextKey; readonly note?: TextKey }> = {
  registered: { name: 'columnRegistered', note: 'columnRegisteredNote' },
  connected: { name: 'columnConnected', note: 'columnConnectedNote' },
  fresh: { name: 'columnFresh', note: 'columnFreshNote' },
  networking: { name: 'columnNetworking', note: 'columnNetworkingNote' },
  delivery: { name: 'columnDelivery', note: 'columnDeliveryNote' },
  rate: { name: 'columnRate' },
  messages: { name: 'columnMessages' },
  stored: { name: 'columnStored' },
  pending: { name: 'columnPending' },
  letters: { name: 'columnDeadLetters' },
}

/** The line of column names. */
export function headLine(): HTMLElement {
  const columns = [heading('cell name', 'columnName')]
  for (const kind of KINDS)
    columns.push(heading(`cell number ${kind}`, COLUMNS[kind].name, COLUMNS[kind].note))
  const line = make('div', 'row tree-head', '', columns)
  line.setAttribute('role', 'row')
  return line
}

function heading(className: string, name: TextKey, note?: TextKey): HTMLElement {
  const cell = make('span', className)
  cell.setAttribute('role', 'columnheader')
  cell.dataset.text = name
  if (note !== undefined) cell.dataset.title = note
  return cell
}

/** The figures of one line. */
export class TreeCells {
  readonly elements: readonly HTMLElement[]
  readonly #cells: Record<Kind, HTMLElement>

  constructor() {
    const cells = KINDS.map((kind) => [kind, make('span', `cell number ${kind}`)] as const)
    this.#cells = Object.fromEntries(cells) as Record<Kind, HTMLElement>
    this.elements = cells.map(([, cell]) => cell)
  }

  show(node: CountsNode): void {
    const { registered, connected, fresh } = node.networking
    const dead = node.messages.deadLettered + node.points.deadLettered
    const texts = textsOf(node, dead)
    for (const kind of KINDS) write(this.#cells[kind], texts[kind])
    this.#cells.letters.classList.toggle('some', dead > 0)
    this.#cells.connected.classList.toggle('some', connected < registered)
    this.#cells.fresh.classList.toggle('some', fresh < registered)
  }
}

function textsOf({ messages, points, rates, networking }: CountsNode, dead: number): Record<Kind, string> {
  return {
    registered: count(networking.registered),
    connected: count(networking.connected),
    fresh: count(networking.fresh),
    networking: percent(networking.networkingRate),
    delivery: percent(networking.deliveryRate.minute),
    rate: rate(rates.messagesReceived),
    messages: count(messages.received),
    stored: count(points.stored),
    pending: count(points.pending),
    letters: count(dead),
  }
}
