import type { Counts, MessageCounts, PointCounts } from '../core/counts.js'
import type { CountsNode, CountsState, Rates } from './protocol.js'
import { type ScopeNode, ScopeTree } from './scope-tree.js'
import type { FeedRequest, Instant, Source, SourceOptions, Views } from './source.js'

const NO_COUNTS: Counts = {
  messages: { received: 0, decoded: 0, ignored: 0, deadLettered: 0, refused: 0 },
  points: { decoded: 0, stored: 0, filtered: 0, deadLettered: 0, pending: 0 },
}

/** Entries per node in `#before`: what the rates are made of. */
const RATED = 4

type Node = Omit<CountsNode, 'name' | 'device'>

/**
 * The ledger's counts of a scope, its rates and the nodes below.
 *
 * A sample does nothing but compare numbers when nothing can have changed: the ledger's revision is the same, the
 * rates have come to rest, no device turns inactive before now, and the sinks say what they said before.
 */
export class CountsSource implements Source {
  readonly incremental = false
  readonly #views: Views
  readonly #request: FeedRequest
  readonly #tree: ScopeTree
  readonly #activeWithinMs: number
  #before = new Float64Array(0)
  #sampledAtMs = 0
  #elapsedMs = 0
  #wallMs = 0
  #revision = -1
  #devicesSeen = -1
  #sinks = ''
  #quietUntilMs = 0
  #moving = false
  #text = ''

  constructor(views: Views, request: FeedRequest, options: SourceOptions) {
    this.#views = views
    this.#request = request
    this.#tree = new ScopeTree(views.devices, request.scope, request.depth, options.maxNodesPerLevel)
    this.#activeWithinMs = options.activeWithinMs
  }

  sample({ wallMs, steadyMs }: Instant): boolean {
    this.#elapsedMs = this.#sampledAtMs === 0 ? 0 : steadyMs - this.#sampledAtMs
    this.#sampledAtMs = steadyMs
    this.#wallMs = wallMs
    this.#tree.grow()
    if (!this.#mayHaveChanged()) return false
    const text = JSON.stringify(this.#state())
    const changed = text !== this.#text
    this.#text = text
    return changed
  }

  whole(): string {
    return this.#text
  }

  change(): string {
    return this.#text
  }

  deadLettered(): undefined {
    return undefined
  }

  #mayHaveChanged(): boolean {
    const { revision } = this.#views.ledger
    const sinks = this.#sinksText()
    const same =
      revision === this.#revision &&
      this.#tree.size === this.#devicesSeen &&
      sinks === this.#sinks &&
      !this.#moving &&
      this.#wallMs < this.#quietUntilMs
    this.#revision = revision
    this.#devicesSeen = this.#tree.size
    this.#sinks = sinks
    return !same
  }

  #sinksText(): string {
    let text = ''
    for (const {
      name,
      state,
      storedPoints,
      pendingPoints,
      lagMs,
      lastError,
    } of this.#views.sinks.statuses()) {
      text += `${name} ${state} ${storedPoints} ${pendingPoints} ${lagMs} ${lastError}\n`
    }
    return text
  }

  #state(): CountsState {
    this.#quietUntilMs = Number.POSITIVE_INFINITY
    this.#moving = false
    this.#growBefore()
    const state = this.#node(this.#tree.root, 0)
    return { ...state, sinks: [...this.#views.sinks.statuses()] }
  }

  #node(node: ScopeNode, level: number): Node {
    const children: CountsNode[] = []
    for (const below of node.children) {
      children.push({ name: below.name, device: below.device, ...this.#node(below, level + 1) })
    }
    const { messages, points } = this.#counts(node, children)
    const state: Node = {
      messages,
      points,
      rates: this.#rates(node.index, messages, points),
      devices: this.#devices(node, children),
    }
    if (level < this.#request.depth && (level === 0 || children.length > 0)) state.children = children
    if (node.omitted > 0) state.omitted = node.omitted
    return state
  }

  /** The node's own devices and the nodes below; the scope of all also has the messages of no device. */
  #counts(node: ScopeNode, children: readonly CountsNode[]): Counts {
    if (node === this.#tree.root && this.#request.scope === '') return this.#views.ledger.totals()
    const own = node.slots.length === 0 ? NO_COUNTS : this.#views.ledger.sum(node.slots)
    return children.reduce<Counts>(added, own)
  }

  #devices(node: ScopeNode, children: readonly CountsNode[]): Node['devices'] {
    const devices = { seen: node.slots.length, active: this.#countActive(node.slots) }
    for (const child of children) {
      devices.seen += child.devices.seen
      devices.active += child.devices.active
    }
    return devices
  }

  #countActive(slots: readonly number[]): number {
    const { ledger } = this.#views
    const since = this.#wallMs - this.#activeWithinMs
    let active = 0
    let oldest = Number.POSITIVE_INFINITY
    for (const slot of slots) {
      const heardMs = ledger.lastReceivedMs(slot)
      if (heardMs <= since) continue
      active++
      if (heardMs < oldest) oldest = heardMs
    }
    this.#quietUntilMs = Math.min(this.#quietUntilMs, oldest + this.#activeWithinMs)
    return active
  }

  #rates(index: number, messages: MessageCounts, points: PointCounts): Rates {
    return {
      messagesReceived: this.#rate(index * RATED, messages.received),
      pointsDecoded: this.#rate(index * RATED + 1, points.decoded),
      pointsStored: this.#rate(index * RATED + 2, points.stored),
      deadLettered: this.#rate(index * RATED + 3, messages.deadLettered + points.deadLettered),
    }
  }

  /** Per second since the last sample, to a tenth; 0 for a node that was not there then. */
  #rate(entry: number, count: number): number {
    const before = this.#before[entry]!
    this.#before[entry] = count
    if (this.#elapsedMs === 0 || Number.isNaN(before)) return 0
    const perSecond = Math.max(0, ((count - before) * 1000) / this.#elapsedMs)
    if (perSecond > 0) this.#moving = true
    return Math.round(perSecond * 10) / 10
  }

  #growBefore(): void {
    const needed = this.#tree.nodes * RATED
    if (needed <= this.#before.length) return
    const grown = new Float64Array(needed * 2).fill(Number.NaN)
    grown.set(this.#before)
    this.#before = grown
  }
}

function added(a: Counts, b: Counts): Counts {
  return {
    messages: {
      received: a.messages.received + b.messages.received,
      decoded: a.messages.decoded + b.messages.decoded,
      ignored: a.messages.ignored + b.messages.ignored,
      deadLettered: a.messages.deadLettered + b.messages.deadLettered,
      refused: a.messages.refused + b.messages.refused,
    },
    points: {
      decoded: a.points.decoded + b.points.decoded,
      stored: a.points.stored + b.points.stored,
      filtered: a.points.filtered + b.points.filtered,
      deadLettered: a.points.deadLettered + b.points.deadLettered,
      pending: a.points.pending + b.points.pending,
    },
  }
}
