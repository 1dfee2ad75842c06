/**
 * The networking rate: how much of every line, workshop and factory is connected, and how much of the data that should
 * have arrived did. docs/networking-rate.md says what each figure means.
 *
 *     presence ─ sums by node ─────────────────────────┐
 *     blocks on disk ─▶ received ─▶ delivery ─ windows ┼─▶ figures ─▶ live, HTTP
 *     registry ─▶ onChange ─▶ which devices count ─────┘          └─▶ a point per node and minute, and at shift end
 *
 * Time moves in ticks of a second; a message from behind the end of an entry moves it too, so that each message is counted
 * in the entry in which its block was made.
 */
import type { Device } from '../../core/device.js'
import { type Logger, LogThrottle } from '../../core/logger.js'
import type { Recorder } from '../../core/recorder.js'
import type { DeviceChange, DeviceRecord, DeviceTree, TreeNode } from '../../core/registry.js'
import type { Shift, ShiftCalendar } from '../../core/shifts.js'
import type { StateStore } from '../../core/state.js'
import type { LedgerView } from '../../core/views.js'
import type { Counted, PresenceSums } from '../presence/presence-sums.js'
import { Delivery } from './delivery.js'
import { type NetworkingFigures, type NetworkingView, ratio } from './figures.js'
import { recordFigures } from './history.js'
import { Keeper } from './keeper.js'

const TICK_MS = 1_000
const MINUTE_MS = 60_000
/** A clock that is set back by less is waited for. */
const MAX_BACKWARD_MS = 5_000
const LOG_EVERY_MS = 60_000

/** What the networking rate needs of the registry. */
export interface NetworkingRegistry {
  readonly size: number
  get(slot: number): Device | undefined
  record(slot: number): DeviceRecord | undefined
  readonly tree: DeviceTree
  onChange(listener: (change: DeviceChange) => void): void
}

/** What it needs of presence. */
export interface NetworkingPresence {
  readonly sums: PresenceSums
  counts(slot: number, kind: Counted): boolean
  readonly revision: number
}

export interface NetworkingOptions {
  readonly registry: NetworkingRegistry
  readonly presence: NetworkingPresence
  readonly shifts: ShiftCalendar
  readonly ledger: Pick<LedgerView, 'counts'>
  readonly recorder: Recorder
  readonly state: StateStore
  readonly logger: Logger
  /** Epoch milliseconds; Date.now when absent. */
  readonly now?: () => number
}

export class Networking implements NetworkingView {
  readonly #registry: NetworkingRegistry
  readonly #presence: NetworkingPresence
  readonly #shifts: ShiftCalendar
  readonly #ledger: Pick<LedgerView, 'counts'>
  readonly #recorder: Recorder
  readonly #now: () => number
  readonly #delivery = new Delivery()
  readonly #keeper: Keeper
  /** Points of shifts that ended since the last tick. */
  #ended: Parameters<Recorder['record']>[] = []
  #shift: Shift | undefined
  #asOfMs = 0
  /** When an entry ends, or a shift begins or ends. */
  #turnsAtMs = Number.POSITIVE_INFINITY
  #recordedMinuteMs = 0
  #revision = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ registry, presence, shifts, ledger, recorder, state, logger, now }: NetworkingOptions) {
    this.#registry = registry
    this.#presence = presence
    this.#shifts = shifts
    this.#ledger = ledger
    this.#recorder = recorder
    this.#now = now ?? Date.now
    const throttle = new LogThrottle(LOG_EVERY_MS)
    this.#keeper = new Keeper(this.#delivery, state, (cause) => {
      throttle.run('write', (suppressed) =>
        logger.warn(
          { cause, suppressed },
          'The windows of the delivery rate are not on disk; they are written again.',
        ),
      )
    })
  }

  /** Takes up what earlier runs left; when the ledger and presence have done so, and before anything is received. */
  start(): void {
    const nowMs = this.#now()
    const { size, tree } = this.#registry
    this.#delivery.reserve(size)
    for (let slot = 1; slot <= size; slot++) {
      this.#delivery.restoreSeen(slot, this.#ledger.counts(slot).messages.received)
    }
    this.#shift = this.#keeper.restore(nowMs, this.#shifts)
    for (let slot = 1; slot <= size; slot++) this.#restoreCounted(slot, nowMs)
    this.#delivery.begin(tree)
    this.#asOfMs = nowMs
    this.#recordedMinuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
    this.#turn(nowMs)
    this.#registry.onChange(({ slot, after }) => this.#changed(slot, after))
    this.#schedule()
  }

  /** What is received after it is in the ledger, and is counted by the next run. */
  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.tick()
    this.#turnsAtMs = Number.POSITIVE_INFINITY
    await this.#keeper.close()
  }

  /** A block with messages of the device is on disk. `atMs`: when the block was made. */
  received(slot: number, count: number, atMs: number): void {
    if (atMs >= this.#turnsAtMs) this.#advance(atMs)
    this.#delivery.received(slot, count)
  }

  /** Rises with every change of a figure. */
  get revision(): number {
    return this.#revision + this.#presence.revision
  }

  /** As of the last tick, what delivery is concerned; presence as it is now. */
  figures(of: TreeNode | number): NetworkingFigures {
    const count = this.#counter(of)
    const registered = count('registered')
    const connected = count('connected')
    const fresh = count('fresh')
    return {
      registered,
      discovered: count('discovered'),
      connected,
      fresh,
      stale: count('stale'),
      offline: count('offline'),
      unknown: count('unknown'),
      networkingRate: ratio(fresh, registered),
      sessionRate: ratio(connected, registered),
      deliveryRate: this.#delivery.rates(of, this.#asOfMs, this.#shift),
    }
  }

  /** Moves time on, and records what is due. The timer calls it; only a test with a clock of its own needs to. */
  tick(nowMs = this.#now()): void {
    this.#advance(nowMs)
    for (const point of this.#ended) this.#recorder.record(...point)
    this.#ended = []
    const minuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
    if (minuteMs <= this.#recordedMinuteMs) return
    this.#recordedMinuteMs = minuteMs
    this.#record(this.#recorder, minuteMs)
  }

  #counter(of: TreeNode | number): (kind: Counted) => number {
    const { sums } = this.#presence
    if (typeof of !== 'number') return (kind) => sums[kind].of(of)
    return (kind) => Number(this.#presence.counts(of, kind))
  }

  #schedule(): void {
    // Right behind the start of a second, where entries, minutes and shifts begin.
    const delayMs = TICK_MS - (this.#now() % TICK_MS)
    this.#timer = setTimeout(() => {
      this.tick()
      this.#schedule()
    }, delayMs)
    this.#timer.unref()
  }

  /** A device whose record says otherwise than what was kept counts from now on. */
  #restoreCounted(slot: number, nowMs: number): void {
    const { intervalMs, seen } = this.#delivery.columns
    const stated = countedInterval(this.#registry.record(slot))
    if (intervalMs[slot] === stated) return
    this.#delivery.restoreCounted(slot, { intervalMs: stated, sinceMs: nowMs, seenBefore: seen[slot]! })
    this.#keeper.changed(slot)
  }

  #changed(slot: number, record: DeviceRecord | undefined): void {
    const stated = countedInterval(record)
    if ((this.#delivery.columns.intervalMs[slot] ?? 0) === stated) return
    this.#advance(this.#now())
    this.#delivery.count(slot, stated, this.#asOfMs)
    this.#keeper.changed(slot)
    this.#revision++
  }

  #advance(nowMs: number): void {
    if (nowMs < this.#asOfMs - MAX_BACKWARD_MS) this.#restart(nowMs)
    this.#delivery.settle()
    this.#asOfMs = Math.max(nowMs, this.#asOfMs)
    if (nowMs >= this.#turnsAtMs) this.#turn(nowMs)
    if (this.#delivery.counts(this.#registry.tree.root)) this.#revision++
  }

  /** The clock was set back. */
  #restart(nowMs: number): void {
    this.#delivery.restart(nowMs)
    this.#keeper.rewriteAll()
    this.#shift = this.#shifts.at(nowMs)
    this.#asOfMs = nowMs
    this.#turnsAtMs = nowMs
    this.#recordedMinuteMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  }

  /** Shifts and entries that end or begin at or before an instant. */
  #turn(nowMs: number): void {
    if (this.#shift !== undefined && nowMs >= this.#shift.endMs) this.#endShift(this.#shift)
    this.#asOfMs = nowMs
    if (this.#shift === undefined) {
      this.#shift = this.#shifts.at(nowMs)
      if (this.#shift !== undefined) this.#delivery.rollShift(this.#shift.startMs)
    }
    this.#delivery.roll(nowMs)
    this.#keeper.save()
    const changeMs = this.#shift?.endMs ?? this.#shifts.next(nowMs)?.startMs ?? Number.POSITIVE_INFINITY
    this.#turnsAtMs = Math.min(this.#delivery.nextEntryMs, changeMs)
  }

  /** The figures as of its end, timed with its last millisecond: at the end itself, the next one has begun. */
  #endShift(shift: Shift): void {
    this.#asOfMs = shift.endMs
    const recorder: Recorder = { record: (...point) => this.#ended.push(point) }
    this.#record(recorder, shift.endMs - 1, shift.name)
    this.#shift = undefined
  }

  #record(recorder: Recorder, timeMs: number, shift?: string): void {
    const { tree } = this.#registry
    const device = (slot: number) => this.#registry.get(slot)
    recordFigures({ root: tree.root, device, figures: (node) => this.figures(node), recorder }, timeMs, shift)
  }
}

/** 0 for a device that does not count. */
function countedInterval(record: DeviceRecord | undefined): number {
  return record?.status === 'confirmed' ? (record.expectedIntervalMs ?? 0) : 0
}
