/**
 * Whether each device is there:
 *
 *     unknown   registered, never seen
 *     online    heard within the allowed silence (interval + survival time), and its session is not gone
 *     stale     its session is open, or none is known of, but it was silent for longer than that
 *     offline   its session is gone, or a death certificate came
 *
 *     blocks on disk ─▶ heard ──────────┐                      ┌─▶ row on disk, with the open block
 *     broker ─▶ sessionOpened, Closed ──┼─▶ DeviceStates.settle┼─▶ sums of the tree
 *     registry ─▶ onChange ─────────────┤                      ├─▶ log of changes, which live streams read
 *     timer ─▶ wheel ─▶ due ────────────┘                      └─▶ transitions and their listeners
 *
 * Recovery. A row has a device's state, its client and that client's session. Sessions that were open count as open, and
 * online devices stay online, for `restartGraceMs` after the start; then the devices of clients that did not come back
 * are offline.
 */
import type { Device } from '../../core/device.js'
import type { DeviceChange, DeviceTree } from '../../core/registry.js'
import type { SessionEnd } from '../../core/session.js'
import type { StateStore } from '../../core/state.js'
import { Session } from './clients.js'
import { DeviceStates, TICK_MS } from './device-states.js'
import type { PresenceRegistry } from './presence-registry.js'
import { Counted, type PresenceSums } from './presence-sums.js'
import { PresenceTable } from './presence-table.js'
import type { Reason } from './reason.js'
import { recall, restore } from './restoring.js'
import { RunningClock } from './running-clock.js'
import { Cause, type PresenceState, STATE_NAMES, State } from './states.js'
import type { Transition } from './transitions.js'

export interface PresenceRecord {
  readonly state: PresenceState
  /** Its client's session is open. */
  readonly connected: boolean
  /** The client that spoke for it last, or is to; empty without one. */
  readonly clientId: string
  /** Epoch milliseconds; for a device that was never seen, when it was registered. */
  readonly sinceMs: number
  /** Epoch milliseconds, 0 if it was never heard. */
  readonly lastHeardMs: number
  readonly reason: Reason
}

export interface PresenceOptions {
  readonly registry: PresenceRegistry
  readonly state: StateStore
  /** Has a write made in the transaction of the block that is open now. */
  readonly alongside: (write: () => void) => void
  /** For devices whose records do not state them. */
  readonly defaults: { readonly intervalMs: number; readonly survivalMs: number }
  readonly restartGraceMs: number
  /** Epoch milliseconds; Date.now when absent. */
  readonly now?: () => number
  /** Milliseconds on a clock that never steps; performance.now when absent. */
  readonly steadyNow?: () => number
}

/** A pause of the process counts as silence for so long. */
const MAX_STEP_MS = 1_000
/** Devices looked at before other work of the process gets its turn. */
const SLICE = 500

export class Presence {
  readonly #registry: PresenceRegistry
  readonly #table: PresenceTable
  readonly #states: DeviceStates
  readonly #restartGraceMs: number
  #timer: NodeJS.Timeout | undefined
  #going: NodeJS.Immediate | undefined
  /** On the running clock, Infinity once it is over. */
  #graceEndsMs = Number.POSITIVE_INFINITY
  /** The next client to look at when it is over. */
  #graceClient = 1

  constructor(options: PresenceOptions) {
    const { registry, state, alongside, defaults, restartGraceMs } = options
    this.#registry = registry
    this.#restartGraceMs = restartGraceMs
    this.#table = new PresenceTable(state, alongside)
    this.#states = new DeviceStates({
      registry,
      table: this.#table,
      clock: new RunningClock(options.steadyNow ?? (() => performance.now()), MAX_STEP_MS),
      now: options.now ?? Date.now,
      defaults,
    })
  }

  /**
   * Takes up what earlier runs left; before anything is heard and before the broker takes connections.
   * @param lastHeardMs of the ledger: epoch milliseconds of the last message on disk, 0 without any
   */
  start(lastHeardMs: (slot: number) => number): void {
    const states = this.#states
    const graceMs = this.#restartGraceMs
    states.startedAtMs = states.now()
    this.#graceEndsMs = states.clock.advance() + graceMs
    for (let slot = 1; slot <= this.#registry.size; slot++) {
      const record = this.#registry.record(slot)
      if (record === undefined || record.status === 'rejected') continue
      states.admit(slot, record)
      recall(states, slot, lastHeardMs(slot), graceMs)
    }
    const lastId = this.#table.read((slot, row) => restore(states, slot, row, graceMs))
    states.transitions.continueAfter(lastId)
    for (let slot = 1; slot <= this.#registry.size; slot++) if (states.isKept(slot)) states.begin(slot)
    this.#registry.onChange((change) => this.#registered(change))
    this.#timer = setInterval(() => this.advance(), TICK_MS)
    this.#timer.unref()
  }

  close(): void {
    clearInterval(this.#timer)
    clearImmediate(this.#going)
  }

  /** A block with a message of the device is on disk; once per device and block. `atMs`: when the block was made. */
  heard(slot: number, atMs: number): void {
    const { columns, clock } = this.#states
    columns.lastHeardMs[slot] = atMs
    columns.deadlineMs[slot] = clock.now() + columns.allowedMs[slot]!
    if (columns.state[slot] !== State.online) this.#states.awake(slot, atMs)
  }

  /** Another client than before speaks for the device. */
  linked(slot: number, clientId: string): void {
    const { clients } = this.#states
    if (!this.#states.isKept(slot)) return
    const current = clients.of(slot)
    const client = clients.add(clientId)
    // A client that is gone speaks through its will alone, which takes no device from a client that is there.
    const isWill = clients.session(client) === Session.gone && clients.isOpen(current)
    if (client !== current && !isWill) this.#states.link(slot, client)
  }

  sessionOpened(clientId: string): void {
    const states = this.#states
    const client = states.clients.add(clientId)
    const wasOpen = states.clients.isOpen(client)
    const nowMs = states.now()
    states.clients.setSession(client, Session.open, nowMs)
    for (const slot of states.clients.devices(client)) {
      states.await(slot)
      if (!wasOpen && !states.settle(slot, nowMs, Cause.reconnected)) states.touch(slot)
    }
    const own = this.#only(clientId)
    if (own !== undefined) this.#linkOwn(own.slot, client)
  }

  /** After 'taken-over', `sessionOpened` follows at once. */
  sessionClosed(clientId: string, cause: SessionEnd): void {
    const client = this.#states.clients.find(clientId)
    if (client === 0 || cause === 'taken-over') return
    this.#end(client, cause === 'disconnected' ? Cause.disconnected : Cause.lost)
  }

  /**
   * A death certificate of the device is on disk. To be called behind `heard` of the same block: whatever is heard after
   * it means that the device lives.
   * @param whose the device's own certificate, or that of the edge node that it is connected through
   */
  died(slot: number, atMs: number, whose: 'own' | 'edge-node' = 'own'): void {
    if (!this.#states.isKept(slot)) return
    this.#states.columns.dead[slot] = whose === 'own' ? 1 : 2
    this.#states.settle(slot, atMs, Cause.died)
  }

  of(slot: number): PresenceRecord {
    const { columns, clients } = this.#states
    return {
      state: STATE_NAMES[columns.state[slot] ?? State.unknown]!,
      connected: this.isConnected(slot),
      clientId: clients.name(clients.of(slot)),
      sinceMs: columns.sinceMs[slot] ?? 0,
      lastHeardMs: columns.lastHeardMs[slot] ?? 0,
      reason: this.#states.reason(slot),
    }
  }

  isFresh(slot: number): boolean {
    return this.#states.columns.state[slot] === State.online
  }

  isConnected(slot: number): boolean {
    return this.#states.isConnected(slot)
  }

  /** Whether the device counts as that in the sums. */
  counts(slot: number, kind: Counted): boolean {
    return (this.#states.sums.of(slot) & Counted[kind]) !== 0
  }

  /** All but `discovered` count confirmed devices only. */
  get sums(): PresenceSums {
    return this.#states.sums.sums
  }

  get tree(): DeviceTree {
    return this.#registry.tree
  }

  /** Undefined for a device that was rejected or removed. */
  device(slot: number): Device | undefined {
    return this.#states.isKept(slot) ? this.#registry.get(slot) : undefined
  }

  /** Since the state directory was made: the id of the last. */
  get totalTransitions(): number {
    return this.#states.transitions.lastId
  }

  /** With greater ids, oldest first; of the newest 10,000 of this run. */
  transitionsAfter(id: number, limit: number): Transition[] {
    return this.#states.transitions.after(id, limit)
  }

  onTransition(listener: (transition: Transition) => void): void {
    this.#states.listeners.push(listener)
  }

  /** Rises with every change of a state, a connection, a sum or a device. */
  get revision(): number {
    return this.#states.changes.revision
  }

  /** Slots of what changed after a revision; undefined if that is too long ago to be known. */
  changedAfter(revision: number): ReadonlySet<number> | undefined {
    return this.#states.changes.after(revision)
  }

  /** Finds the silences that are due. The timer calls it; a test with clocks of its own does, too. */
  advance(): void {
    clearImmediate(this.#going)
    const { clock, wheel, due } = this.#states
    const nowMs = clock.advance()
    let left = wheel.advance(nowMs, SLICE, due)
    if (nowMs >= this.#graceEndsMs) left = this.#endGrace(left)
    if (left <= 0) this.#going = setImmediate(() => this.advance())
  }

  /** Clients that are still not back are gone; as many as there is room for in this turn. */
  #endGrace(budget: number): number {
    const { clients } = this.#states
    let left = budget
    for (; left > 0 && this.#graceClient <= clients.last; this.#graceClient++) {
      if (clients.session(this.#graceClient) === Session.kept)
        left -= this.#end(this.#graceClient, Cause.notBack)
    }
    if (left > 0) this.#graceEndsMs = Number.POSITIVE_INFINITY
    return left
  }

  /** Gives the number of devices of the client. */
  #end(client: number, cause: Cause): number {
    const states = this.#states
    const slots = states.clients.devices(client)
    const nowMs = states.now()
    states.clients.setSession(client, Session.gone)
    for (const slot of slots) if (!states.settle(slot, nowMs, cause)) states.touch(slot)
    states.clients.release(client)
    return slots.length
  }

  /** A client with the id or the name of a device is its client, until another speaks for it. */
  #linkOwn(slot: number, client: number): void {
    const { clients } = this.#states
    if (this.#states.isKept(slot) && clients.of(slot) === 0) this.#states.link(slot, client)
  }

  #only(idOrName: string): Device | undefined {
    const [device, another] = this.#registry.find(idOrName)
    return another === undefined ? device : undefined
  }

  #registered({ slot, after, device }: DeviceChange): void {
    const states = this.#states
    const isKept = states.isKept(slot)
    if (after === undefined || after.status === 'rejected') {
      if (isKept) states.expel(slot)
    } else if (isKept) states.follow(slot, after)
    else {
      states.admit(slot, after)
      states.show(slot)
      for (const name of [after.id, device.device]) {
        const client = states.clients.find(name)
        if (client !== 0 && states.clients.isOpen(client) && this.#only(name)?.slot === slot)
          this.#linkOwn(slot, client)
      }
    }
  }
}
