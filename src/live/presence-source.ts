import { isWithin } from '../core/identity.js'
import type { TreeNode } from '../core/registry.js'
import type { PresenceView } from '../devices/presence/presence-view.js'
import type { Transition } from '../devices/presence/transitions.js'
import type { DevicePresence, PresenceState, PresenceSums, PresenceTransition } from './protocol.js'
import type { FeedRequest, Source, SourceOptions, Views } from './source.js'

/** Transitions in one frame. */
const MAX_TRANSITIONS = 100

interface Shown {
  readonly path: string
  /** JSON of the device, as it was sent last. */
  readonly text: string
}

/**
 * Which devices of a scope are there: their sums, the first `maxDevices` of them, and the transitions of all of them.
 *
 * A sample looks at the devices that changed since the last one. The list of those shown is made anew, which costs
 * `maxDevices`, when a device was moved or taken out, or when more changed than the log of changes holds.
 */
export class PresenceSource implements Source {
  readonly incremental = true
  readonly #presence: PresenceView
  readonly #devices: Views['devices']
  readonly #scope: string
  readonly #within: string
  readonly #maxDevices: number
  /** By slot. */
  #shown = new Map<number, Shown>()
  #revision = -1
  #treeRevision = -1
  #sums = NO_DEVICES
  #omitted = 0
  #lastTransition = 0
  #transitionsOmitted = 0
  /** The newest of the scope, oldest first. */
  #recent: Transition[] = []
  #change = ''

  constructor(views: Views, request: FeedRequest, options: SourceOptions) {
    this.#presence = views.presence
    this.#devices = views.devices
    this.#scope = request.scope
    this.#within = request.within
    this.#maxDevices = options.maxDevices
  }

  sample(): boolean {
    const { revision } = this.#presence
    if (revision === this.#revision) return false
    const { changed, removed } = this.#lookAtDevices()
    const transitions = this.#readTransitions()
    const sums = this.#sumUp()
    const omitted = sums.registered + sums.discovered - this.#shown.size
    const isNews = changed.length > 0 || removed.length > 0 || transitions.length > 0
    const isSame = !isNews && omitted === this.#omitted && sameSums(sums, this.#sums)
    const isFirst = this.#revision === -1
    this.#revision = revision
    this.#sums = sums
    this.#omitted = omitted
    if (isSame && !isFirst) return false
    this.#change = this.#json({ removed, transitionsOmitted: this.#transitionsOmitted }, changed, transitions)
    return true
  }

  whole(): string {
    const devices = [...this.#shown.keys()].map((slot) => this.#textOf(slot))
    return this.#json({ removed: [], transitionsOmitted: 0 }, devices, this.#recent)
  }

  change(): string {
    return this.#change
  }

  deadLettered(): undefined {
    return undefined
  }

  /** JSON of the devices in which something is new, and the paths of those that are shown no more. */
  #lookAtDevices(): { changed: string[]; removed: string[] } {
    const { tree } = this.#presence
    const slots = this.#revision === -1 ? undefined : this.#presence.changedAfter(this.#revision)
    const isSameTree = tree.revision === this.#treeRevision
    this.#treeRevision = tree.revision
    return slots !== undefined && isSameTree ? this.#lookAt(slots) : this.#showAnew()
  }

  #lookAt(slots: Iterable<number>): { changed: string[]; removed: string[] } {
    const changed: string[] = []
    for (const slot of slots) {
      const path = this.#presence.device(slot)?.path
      if (path === undefined || !isWithin(path, this.#scope)) continue
      const before = this.#shown.get(slot)
      if (before === undefined && this.#shown.size >= this.#maxDevices) continue
      const text = this.#textOf(slot)
      if (text === before?.text) continue
      this.#shown.set(slot, { path, text })
      changed.push(text)
    }
    return { changed, removed: [] }
  }

  #showAnew(): { changed: string[]; removed: string[] } {
    const before = this.#shown
    const changed: string[] = []
    this.#shown = new Map()
    for (const slot of this.#firstSlots()) {
      const shown = { path: this.#presence.device(slot)!.path, text: this.#textOf(slot) }
      this.#shown.set(slot, shown)
      if (before.get(slot)?.text !== shown.text) changed.push(shown.text)
    }
    const removed: string[] = []
    for (const [slot, { path }] of before) if (this.#shown.get(slot)?.path !== path) removed.push(path)
    return { changed, removed }
  }

  #firstSlots(): number[] {
    const node = this.#presence.tree.node(this.#scope)
    const slots: number[] = []
    if (node !== undefined) collect(node, this.#maxDevices, slots)
    else if (this.#ownSlot() !== undefined) slots.push(this.#ownSlot()!)
    return slots.filter((slot) => this.#presence.device(slot) !== undefined)
  }

  /** The device whose path the scope is: a device without others below it may have no node of its own. */
  #ownSlot(): number | undefined {
    return this.#devices.find(this.#scope).find(({ path }) => path === this.#scope)?.slot
  }

  #sumUp(): PresenceSums {
    const { tree, sums } = this.#presence
    const node = tree.node(this.#scope)
    const slot = node === undefined ? this.#ownSlot() : undefined
    const of = (kind: keyof PresenceSums): number => {
      if (node !== undefined) return sums[kind].of(node)
      return slot !== undefined && this.#presence.counts(slot, kind) ? 1 : 0
    }
    return {
      registered: of('registered'),
      discovered: of('discovered'),
      connected: of('connected'),
      fresh: of('fresh'),
      stale: of('stale'),
      offline: of('offline'),
      unknown: of('unknown'),
    }
  }

  /** Those of the scope since the last sample, the newest of them if they are too many. */
  #readTransitions(): readonly Transition[] {
    const { totalTransitions } = this.#presence
    const found = this.#presence.transitionsAfter(this.#lastTransition, totalTransitions)
    // Nobody knows whose they were.
    const lost =
      this.#revision === -1 || this.#within !== ''
        ? 0
        : totalTransitions - this.#lastTransition - found.length
    this.#lastTransition = totalTransitions
    const inScope = found.filter(({ device }) => isWithin(device.path, this.#scope))
    const newest = inScope.slice(-MAX_TRANSITIONS)
    this.#transitionsOmitted = lost + inScope.length - newest.length
    this.#recent = [...this.#recent, ...newest].slice(-MAX_TRANSITIONS)
    return newest
  }

  #textOf(slot: number): string {
    const { state, connected, clientId, sinceMs, lastHeardMs, reason } = this.#presence.of(slot)
    const device: DevicePresence = {
      device: this.#presence.device(slot)?.path ?? '',
      status: this.#presence.counts(slot, 'discovered') ? 'discovered' : 'confirmed',
      state,
      connected,
      clientId,
      since: timeOf(sinceMs),
      ...(lastHeardMs === 0 ? {} : { lastHeard: timeOf(lastHeardMs) }),
      reason,
    }
    return JSON.stringify(device)
  }

  #json(
    { removed, transitionsOmitted }: Pick<PresenceState, 'removed' | 'transitionsOmitted'>,
    devices: readonly string[],
    transitions: readonly Transition[],
  ): string {
    const rest: Omit<PresenceState, 'devices'> = {
      sums: this.#sums,
      removed,
      omitted: this.#omitted,
      transitions: transitions.map(frameOf),
      transitionsOmitted,
    }
    return `{"devices":[${devices.join(',')}],${JSON.stringify(rest).slice(1)}`
  }
}

const NO_DEVICES: PresenceSums = {
  registered: 0,
  discovered: 0,
  connected: 0,
  fresh: 0,
  stale: 0,
  offline: 0,
  unknown: 0,
}

function sameSums(a: PresenceSums, b: PresenceSums): boolean {
  return (Object.keys(a) as (keyof PresenceSums)[]).every((kind) => a[kind] === b[kind])
}

/** Depth first, in the order of names, until there are enough. */
function collect(node: TreeNode, max: number, slots: number[]): void {
  for (const slot of node.slots) {
    if (slots.length >= max) return
    slots.push(slot)
  }
  for (const child of node.children) {
    if (slots.length >= max) return
    collect(child, max, slots)
  }
}

function frameOf({ id, device, from, to, atMs, reason }: Transition): PresenceTransition {
  return { id, device: device.path, from, to, time: timeOf(atMs), reason }
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
