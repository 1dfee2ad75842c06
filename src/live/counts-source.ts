import type { Counts, MessageCounts, PointCounts, SinkStatus } from '../core/counts.js'
import type { TreeNode } from '../core/registry.js'
import type { CountsNode, CountsState, LiveProduction, Rates } from './protocol.js'
import { type ScopeNode, ScopeTree } from './scope-tree.js'
import type { FeedRequest, Instant, Source, SourceOptions, Views } from './source.js'
import type { TreeCounts } from './tree-counts.js'

const NO_COUNTS: Counts = {
  messages: { received: 0, decoded: 0, ignored: 0, deadLettered: 0, refused: 0 },
  points: { decoded: 0, stored: 0, filtered: 0, deadLettered: 0, pending: 0 },
}

type Node = Omit<CountsNode, 'name' | 'device'>

/**
 * The counts of a scope, its rates and the nodes below.
 *
 * A node of the registry's tree is read from running sums, so that a sample costs the nodes that it shows, not the
 * devices below them. A sample does nothing but compare numbers when nothing can have changed: the revisions are the
 * same, the rates have come to rest, no device turns inactive before now, and the sinks say what they said before.
 */
export class CountsSource implements Source {
  readonly incremental = false
  readonly #views: Views
  readonly #counts: TreeCounts
  readonly #request: FeedRequest
  readonly #tree: ScopeTree
  /** By path, what the rates of the sample before were made of; two, so that nodes that are gone are forgotten. */
  #before = new Map<string, Float64Array>()
  #known = new Map<string, Float64Array>()
  #sampledAtMs = 0
  #elapsedMs = 0
  #revision = -1
  #networking = -1
  #production = -1
  #root: ScopeNode | undefined
  #sinks = ''
  #moving = false
  #text = ''

  constructor(views: Views, counts: TreeCounts, request: FeedRequest, options: SourceOptions) {
    const { scope, depth } = request
    this.#views = views
    this.#counts = counts
    this.#request = request
    this.#tree = new ScopeTree(views.tree, views.devices, scope, depth, options.maxNodesPerLevel)
  }

  sample({ wallMs, steadyMs }: Instant): boolean {
    this.#elapsedMs = this.#sampledAtMs === 0 ? 0 : steadyMs - this.#sampledAtMs
    this.#sampledAtMs = steadyMs
    this.#counts.begin(this.#views.devices.size)
    if (!this.#mayHaveChanged(wallMs)) return false
    this.#counts.age(wallMs)
    const text = JSON.stringify(this.#state(this.#root!))
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

  #mayHaveChanged(wallMs: number): boolean {
    const { ledger, networking, production } = this.#views
    const produced = production?.revision ?? 0
    const root = this.#tree.look()
    const sinks = this.#sinksText()
    const same =
      ledger.revision === this.#revision &&
      networking.revision === this.#networking &&
      produced === this.#production &&
      root === this.#root &&
      sinks === this.#sinks &&
      !this.#moving &&
      wallMs < this.#counts.quietUntilMs
    this.#revision = ledger.revision
    this.#networking = networking.revision
    this.#production = produced
    this.#root = root
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

  /** They are of the whole gateway. */
  #sinksShown(): SinkStatus[] {
    return this.#request.within === '' ? [...this.#views.sinks.statuses()] : []
  }

  #state(root: ScopeNode): CountsState {
    this.#moving = false
    this.#before = this.#known
    this.#known = new Map()
    return { ...this.#node(root, 0), sinks: this.#sinksShown() }
  }

  #node(node: ScopeNode, level: number): Node {
    const { messages, points } = this.#countsOf(node)
    const of = node.node ?? node.slot
    const state: Node = {
      messages,
      points,
      rates: this.#rates(node.path, messages, points),
      devices: this.#counts.devices(of),
      networking: this.#views.networking.figures(of),
    }
    const production = this.#productionOf(of)
    if (production !== undefined) state.production = production
    const children = node.children.map((below) => this.#child(below, level + 1))
    if (level < this.#request.depth && (level === 0 || children.length > 0)) state.children = children
    if (node.omitted > 0) state.omitted = node.omitted
    return state
  }

  #child(node: ScopeNode, level: number): CountsNode {
    return { name: node.name, device: node.device, ...this.#node(node, level) }
  }

  #productionOf(of: TreeNode | number): LiveProduction | undefined {
    const { production } = this.#views
    const figures = typeof of === 'number' ? production?.of(of) : production?.ofNode(of)
    if (figures === undefined || figures.devices === 0) return undefined
    const { shift, good, bad, cycles, availability, effectiveness, qualityRatio, oee } = figures
    const named = shift === undefined ? null : { name: shift.name, day: shift.day }
    return { shift: named, good, bad, cycles, availability, effectiveness, qualityRatio, oee }
  }

  /** The scope of all also has the messages of no device. */
  #countsOf({ path, node, slot }: ScopeNode): Counts {
    if (path === '') return this.#views.ledger.totals()
    if (node !== undefined) return this.#counts.counts(node)
    return slot === 0 ? NO_COUNTS : this.#views.ledger.counts(slot)
  }

  #rates(path: string, messages: MessageCounts, points: PointCounts): Rates {
    const counts = [
      messages.received,
      points.decoded,
      points.stored,
      messages.deadLettered + points.deadLettered,
    ]
    const before = this.#before.get(path)
    this.#known.set(path, Float64Array.from(counts))
    const [messagesReceived = 0, pointsDecoded = 0, pointsStored = 0, deadLettered = 0] = counts.map(
      (count, i) => this.#rate(before?.[i] ?? count, count),
    )
    return { messagesReceived, pointsDecoded, pointsStored, deadLettered }
  }

  /** Per second since the last sample, to a tenth; 0 for a node that was not there then. */
  #rate(before: number, count: number): number {
    if (this.#elapsedMs === 0) return 0
    const perSecond = Math.max(0, ((count - before) * 1000) / this.#elapsedMs)
    if (perSecond > 0) this.#moving = true
    return Math.round(perSecond * 10) / 10
  }
}
