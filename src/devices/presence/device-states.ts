/**
 * The states of the devices, and how one becomes another.
 *
 * Invariants.
 * - An online device, and one that is awaited, is filed in the wheel for its deadline or earlier.
 * - A device of the tree counts in the sums as its state, standing and connection say; they change in one step.
 * - Silence is measured on a clock that runs only while the process does; the wall clock is for people.
 */
import type { DeviceRecord } from '../../core/registry.js'
import { ChangeLog } from './change-log.js'
import { Clients, Session } from './clients.js'
import { DeviceColumns, Standing } from './device-columns.js'
import type { PresenceRegistry } from './presence-registry.js'
import { Counted, SumsByNode } from './presence-sums.js'
import type { PresenceTable } from './presence-table.js'
import { type Reason, reasonOf } from './reason.js'
import type { RunningClock } from './running-clock.js'
import { Cause, STATE_NAMES, State } from './states.js'
import { TimerWheel } from './timer-wheel.js'
import { type Transition, Transitions } from './transitions.js'

export interface DeviceStatesOptions {
  readonly registry: PresenceRegistry
  readonly table: PresenceTable
  readonly clock: RunningClock
  /** Epoch milliseconds. */
  readonly now: () => number
  /** For devices whose records do not state them. */
  readonly defaults: { readonly intervalMs: number; readonly survivalMs: number }
}

/** How late a silence may be found, at the most. */
export const TICK_MS = 100
const BUCKETS = 1024
const KEPT_TRANSITIONS = 10_000
const KEPT_CHANGES = 65_536
/** A silence that is found this close to when it began began when its numbers say. */
const NEAR_MS = 1_000

const COUNTED_BY_STATE = [Counted.unknown, Counted.fresh, Counted.stale, Counted.offline] as const

export class DeviceStates {
  readonly columns = new DeviceColumns()
  readonly clients = new Clients()
  readonly wheel = new TimerWheel(TICK_MS, BUCKETS)
  readonly transitions = new Transitions(KEPT_TRANSITIONS)
  readonly changes = new ChangeLog(KEPT_CHANGES)
  readonly sums: SumsByNode
  readonly listeners: ((transition: Transition) => void)[] = []
  readonly clock: RunningClock
  readonly now: () => number
  readonly #registry: PresenceRegistry
  readonly #table: PresenceTable
  readonly #defaults: DeviceStatesOptions['defaults']
  /** Epoch milliseconds at which this run began. */
  startedAtMs = 0

  constructor({ registry, table, clock, now, defaults }: DeviceStatesOptions) {
    this.#registry = registry
    this.#table = table
    this.clock = clock
    this.now = now
    this.#defaults = defaults
    this.sums = new SumsByNode(registry.tree)
  }

  isKept(slot: number): boolean {
    return (this.columns.standing[slot] ?? Standing.out) !== Standing.out
  }

  isConnected(slot: number): boolean {
    return this.clients.isOpen(this.clients.of(slot))
  }

  /**
   * At the start, when all is known that was on disk. A device may have been heard in the last block before the process
   * was killed, and its first transition not: it follows now.
   */
  begin(slot: number): void {
    const { columns } = this
    this.count(slot)
    const state = columns.state[slot] as State
    if (columns.transition[slot] !== 0 || columns.lastHeardMs[slot] === 0 || state === State.offline) return
    const sinceMs = columns.sinceMs[slot]!
    columns.turn(slot, State.unknown, Cause.neverSeen, 0, 0)
    this.#turn(slot, State.online, Cause.heard, columns.lastHeardMs[slot]!)
    if (state === State.stale) this.#turn(slot, State.stale, Cause.silent, sinceMs)
  }

  /** A device that is in the tree from now on, never seen so far. */
  admit(slot: number, record: DeviceRecord): void {
    this.columns.reset(slot, standingOf(record), record.createdAtMs)
    this.columns.allowedMs[slot] = this.#allowedMs(record)
  }

  /** The tree has taken it out of its sums already. */
  expel(slot: number): void {
    this.wheel.remove(slot)
    this.clients.unlink(slot)
    this.columns.reset(slot, Standing.out, 0)
    this.sums.forget(slot)
    this.#table.remove(slot, this.transitions.lastId)
    this.changes.add(slot)
  }

  /** The device's record changed: its standing, or how long it may be silent. */
  follow(slot: number, record: DeviceRecord): void {
    const { columns } = this
    const allowedMs = this.#allowedMs(record)
    columns.standing[slot] = standingOf(record)
    columns.deadlineMs[slot]! += allowedMs - columns.allowedMs[slot]!
    columns.allowedMs[slot] = allowedMs
    this.#watch(slot)
    if (!this.settle(slot, this.now(), Cause.lost)) this.show(slot)
  }

  /** It was heard, and is not online yet. Its last words may reach the disk when its session is gone already. */
  awake(slot: number, atMs: number): void {
    if (!this.isKept(slot)) return
    this.columns.dead[slot] = 0
    this.settle(slot, atMs, Cause.lost)
  }

  /** Something is known of a device that was never heard: from now on it has the allowed silence to speak. */
  await(slot: number): void {
    const { columns } = this
    if (columns.lastHeardMs[slot] !== 0) return
    columns.deadlineMs[slot] = this.clock.now() + columns.allowedMs[slot]!
    this.#watch(slot)
  }

  /** A message of another client is on its way to the disk: until it is there, the device is not called stale. */
  link(slot: number, client: number): void {
    this.clients.link(slot, client)
    this.await(slot)
    const to = this.#derive(slot)
    if (to === State.stale || !this.settle(slot, this.now(), Cause.lost)) this.touch(slot)
    if (to === State.stale) this.wheel.file(slot, this.clock.now() + this.columns.allowedMs[slot]!)
  }

  /** Of `TimerWheel.advance`. */
  readonly due = (slot: number): number => {
    const { columns } = this
    if (!this.isKept(slot)) return Number.POSITIVE_INFINITY
    if (columns.deadlineMs[slot]! > this.clock.now()) return columns.deadlineMs[slot]!
    this.settle(slot, this.#silentSinceMs(slot), Cause.silent)
    return Number.POSITIVE_INFINITY
  }

  /**
   * Brings the state in line with what is known; false if it is already.
   * @param why the cause, if it has become offline or stale through more than silence
   */
  settle(slot: number, atMs: number, why: Cause): boolean {
    const to = this.#derive(slot)
    if (to === this.columns.state[slot]) return false
    this.#turn(slot, to, this.#causeOf(slot, to, why), atMs)
    return true
  }

  /** What is kept of the device on disk changed. */
  touch(slot: number): void {
    this.show(slot)
    this.#write(slot)
  }

  show(slot: number): void {
    this.count(slot)
    this.changes.add(slot)
  }

  count(slot: number): void {
    const { columns } = this
    const state = COUNTED_BY_STATE[columns.state[slot]!]!
    const connected = this.isConnected(slot) ? Counted.connected : 0
    const isConfirmed = columns.standing[slot] === Standing.confirmed
    this.sums.set(slot, isConfirmed ? Counted.registered | state | connected : Counted.discovered)
  }

  reason(slot: number): Reason {
    const { columns } = this
    const record = this.#registry.record(slot)
    return reasonOf({
      state: (columns.state[slot] ?? State.unknown) as State,
      cause: (columns.cause[slot] ?? Cause.neverSeen) as Cause,
      sinceMs: columns.sinceMs[slot] ?? 0,
      lastHeardMs: columns.lastHeardMs[slot] ?? 0,
      detailMs: columns.detailMs[slot] ?? 0,
      clientId: this.clients.name(this.clients.of(slot)),
      intervalMs: record?.expectedIntervalMs ?? this.#defaults.intervalMs,
      survivalMs: record?.survivalTimeMs ?? this.#defaults.survivalMs,
      nowMs: this.now(),
    })
  }

  /** The rule itself. */
  #derive(slot: number): State {
    const { columns, clients } = this
    const session = clients.session(clients.of(slot))
    if (columns.dead[slot] !== 0 || session === Session.gone) return State.offline
    const isInTime = columns.deadlineMs[slot]! > this.clock.now()
    if (columns.lastHeardMs[slot] !== 0) return isInTime ? State.online : State.stale
    return session === Session.none || isInTime ? State.unknown : State.stale
  }

  #causeOf(slot: number, to: State, why: Cause): Cause {
    switch (to) {
      case State.unknown:
        return Cause.neverSeen
      case State.online:
        return Cause.heard
      case State.stale:
        if (this.columns.lastHeardMs[slot] === 0) return Cause.mute
        return why === Cause.reconnected ? why : Cause.silent
      case State.offline:
        return this.#deathOf(slot) ?? why
    }
  }

  #deathOf(slot: number): Cause | undefined {
    const dead = this.columns.dead[slot]
    if (dead === 0) return undefined
    return dead === 2 ? Cause.nodeDied : Cause.died
  }

  #turn(slot: number, to: State, cause: Cause, aboutMs: number): void {
    const { columns } = this
    const from = columns.state[slot] as State
    const id = this.transitions.lastId + 1
    const atMs = laterThan(columns.sinceMs[slot]!, aboutMs, this.now())
    columns.turn(slot, to, cause, atMs, this.#detailMs(slot, cause))
    columns.transition[slot] = id
    this.touch(slot)
    if (to === State.online) this.#watch(slot)
    const heardMs = columns.lastHeardMs[slot]!
    this.#tell({
      id,
      slot,
      device: this.#registry.get(slot)!,
      from: STATE_NAMES[from]!,
      to: STATE_NAMES[to]!,
      atMs,
      ...(heardMs === 0 ? {} : { silentMs: Math.max(0, atMs - heardMs) }),
      reason: this.reason(slot),
    })
  }

  #tell(transition: Transition): void {
    this.transitions.add(transition)
    for (const listener of this.listeners) listener(transition)
  }

  #detailMs(slot: number, cause: Cause): number {
    if (cause === Cause.mute) return this.clients.openedMs(this.clients.of(slot))
    return cause === Cause.notBack ? this.startedAtMs : 0
  }

  #watch(slot: number): void {
    this.wheel.file(slot, this.columns.deadlineMs[slot]!)
  }

  #silentSinceMs(slot: number): number {
    const nowMs = this.now()
    const sinceMs = this.columns.lastHeardMs[slot]! + this.columns.allowedMs[slot]!
    return Math.abs(nowMs - sinceMs) < NEAR_MS ? sinceMs : nowMs
  }

  #allowedMs({ expectedIntervalMs, survivalTimeMs }: DeviceRecord): number {
    const { intervalMs, survivalMs } = this.#defaults
    return (expectedIntervalMs ?? intervalMs) + (survivalTimeMs ?? survivalMs)
  }

  #write(slot: number): void {
    const { columns, clients } = this
    const client = clients.of(slot)
    this.#table.write(slot, {
      state: columns.state[slot] as State,
      cause: columns.cause[slot] as Cause,
      session: clients.session(client),
      sinceMs: columns.sinceMs[slot]!,
      detailMs: columns.detailMs[slot]!,
      transition: columns.transition[slot]!,
      clientId: clients.name(client),
    })
  }
}

function standingOf({ status }: DeviceRecord): Standing {
  return status === 'confirmed' ? Standing.confirmed : Standing.discovered
}

/**
 * Transitions of a device are points of one series: two in the same millisecond would be one. Only a wall clock that was
 * set back takes them back.
 */
function laterThan(sinceMs: number, atMs: number, nowMs: number): number {
  return atMs <= sinceMs && sinceMs - nowMs < NEAR_MS ? sinceMs + 1 : atMs
}
