/**
 * Production: part counts and OEE of every device that says something about it, and of every node of the tree.
 *
 *     points ─▶ ProductionReader ─▶ counters, state ─▶ totals of the shift ─▶ sums of the nodes
 *                                        └─▶ record of the device, in the block's transaction (block-journal.ts)
 *     once a second: the shift's end, time in states, points for the sinks
 *
 * Format. Table `production`: slot → ProductionRecord as JSON; `shift` → ShiftRecord as JSON.
 *
 * Invariants.
 * - Counts in memory are those of the disk and of the blocks on their way there, and of nothing else.
 * - A value counts for the shift in which it arrives, by the gateway's clock; a shift that has ended never changes.
 * - Each shift is closed by one point per device and node, timed with its end. The record `shift` says which one is not
 *   closed yet: it is written with the first change after the shift's end, and again behind the points that close it.
 *   Blocks reach the disk in order: after a crash between the two, the same points are made again out of the same
 *   records, with the same time, and replace themselves.
 * - Time in states is by the gateway's clock too, counted while the device is fresh and the gateway runs, to a few
 *   seconds at the beginning of a silence. It is on disk with the next change of the device, or after a minute.
 *
 * Recovery: what is on disk is whole. A shift that ended meanwhile is closed, and the one that runs begins.
 */
import type { TreeNode } from '../../core/registry.js'
import type { Shift } from '../../core/shifts.js'
import type { Table } from '../../core/state.js'
import { BlockJournal } from './block-journal.js'
import { DeviceList } from './device-list.js'
import { DeviceProduction } from './device-production.js'
import { figuresOf, type ProductionFigures } from './figures.js'
import { NodeSums } from './node-sums.js'
import type { ProductionParts } from './parts.js'
import { type Period, periodAt, periodOf } from './period.js'
import { type ProductionPlan, StateClass } from './plan.js'
import { type ProductionPoint, recordInTurns, recordPoint } from './points.js'
import { type ProductionBooks, ProductionReader } from './reader.js'
import { type ProductionRow, productionRows } from './rows.js'
import { devicePoints, nodeFigures, ShiftClose } from './shift-close.js'
import { readShiftRecord, SHIFT_KEY, type ShiftRecord } from './shift-record.js'
import type { ProductionView } from './view.js'

const TICK_MS = 1_000
const ACCOUNT_EVERY_MS = 5_000
const MINUTE_MS = 60_000

export class Production implements ProductionView {
  readonly #parts: ProductionParts
  readonly #now: () => number
  readonly #table: Table
  readonly #journal: BlockJournal
  readonly #devices = new DeviceList()
  readonly #books: ProductionBooks
  readonly #closes: ShiftClose[] = []
  #sums!: NodeSums
  #period!: Period
  #accountedMs = 0
  #minute = 0
  #recording: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  #revision = 0

  constructor(parts: ProductionParts) {
    this.#parts = parts
    this.#now = parts.now ?? Date.now
    this.#table = parts.state.table('production')
    this.#journal = new BlockJournal(parts.block, this.#table)
    this.#books = {
      now: this.#now,
      device: (slot) => this.#devices.get(slot) ?? this.#meet(slot),
      enter: (nowMs) => this.#enter(nowMs),
      enterState: (device, state, nowMs) => this.#enterState(device, state, nowMs),
      counted: (device) => this.#changed(device),
    }
  }

  get revision(): number {
    return this.#revision
  }

  /** For one device, on one route with production. */
  reader(plan: ProductionPlan): ProductionReader {
    return new ProductionReader(this.#books, plan)
  }

  /** When the registry and the spool have started, and before any message is accepted. */
  start(): void {
    const { registry, calendar, touched } = this.#parts
    const nowMs = this.#now()
    const { current, unclosed } = readShiftRecord(this.#table)
    const first = unclosed ?? current
    this.#period = first === null ? periodAt(calendar, nowMs) : periodOf(first)
    this.#devices.load(this.#table, this.#period, nowMs, (slot) => registry.get(slot) !== undefined)
    this.#sums = new NodeSums(registry.tree, (slot) => this.#devices.get(slot))
    this.#accountedMs = nowMs
    this.#minute = Math.floor(nowMs / MINUTE_MS)
    if (unclosed !== null && current !== null) this.#turnTo(periodOf(current), nowMs)
    this.#closeAtOnce()
    const period = periodAt(calendar, nowMs)
    if (period.key === this.#period.key) this.#period = period
    else this.#turnTo(period, nowMs)
    this.#closeAtOnce()
    this.#journal.enter()
    this.#keepShift()
    touched()
    this.#timer = setInterval(() => this.tick(), TICK_MS)
    this.#timer.unref()
  }

  /** Hands the last times to the open block; before the spool is flushed for the last time. */
  async close(): Promise<void> {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    await this.#recording
    this.#account(this.#now())
    for (const device of this.#devices) this.#keepTime(device)
    this.#parts.touched()
  }

  of(slot: number): ProductionFigures | undefined {
    const device = this.#devices.get(slot)
    if (device === undefined) return undefined
    const nowMs = this.#now()
    this.#catchUp(nowMs)
    this.#journal.enter()
    this.#accountFor(device, nowMs)
    return figuresOf(device.terms, this.#period.shift, Math.max(nowMs, device.accountedMs))
  }

  get shift(): Shift | undefined {
    this.#catchUp(this.#now())
    return this.#period.shift
  }

  rows(path: string, depth: number): Iterable<ProductionRow> | undefined {
    const sources = {
      places: this.#parts.registry,
      of: (slot: number) => this.of(slot),
      ofNode: (node: TreeNode) => this.ofNode(node),
    }
    return productionRows(sources, path, depth)
  }

  ofNode(node: TreeNode): ProductionFigures {
    const nowMs = this.#now()
    this.#catchUp(nowMs)
    if (nowMs - this.#accountedMs >= TICK_MS) this.#account(nowMs)
    return figuresOf(this.#sums.of(node), this.#period.shift, this.#accountedMs)
  }

  /** Moves time on, and records what is due. The timer calls it; only a test with a clock of its own needs to. */
  tick(): void {
    const nowMs = this.#now()
    this.#catchUp(nowMs)
    if (nowMs - this.#accountedMs >= ACCOUNT_EVERY_MS) this.#account(nowMs)
    const minute = Math.floor(nowMs / MINUTE_MS)
    const isNewMinute = minute !== this.#minute
    if (this.#recording !== undefined || !(isNewMinute || this.#closes.length > 0)) return
    this.#minute = minute
    this.#recording = this.#record(isNewMinute).finally(() => {
      this.#recording = undefined
    })
  }

  /** Resolves when what is due so far has been recorded. */
  async recorded(): Promise<void> {
    await this.#recording
  }

  /** Before a message changes anything; in the middle of a message, so that nothing is recorded here. */
  #enter(nowMs: number): void {
    if (nowMs >= this.#period.endMs) this.#advance(nowMs)
    this.#journal.enter()
  }

  #catchUp(nowMs: number): void {
    if (nowMs < this.#period.endMs) return
    this.#advance(nowMs)
    this.#parts.touched()
  }

  #advance(nowMs: number): void {
    this.#account(this.#period.endMs)
    this.#turnTo(periodAt(this.#parts.calendar, nowMs), nowMs)
  }

  #turnTo(period: Period, nowMs: number): void {
    const { shift } = this.#period
    this.#journal.enter()
    if (shift !== undefined) this.#closes.push(new ShiftClose(shift, this.#parts.registry, this.#sums, nowMs))
    this.#period = period
    for (const device of this.#devices) {
      device.turnTo(period.key)
      this.#sums.update(device)
    }
    this.#keepShift()
    this.#revision++
  }

  #keepShift(): void {
    const record: ShiftRecord = {
      current: this.#period.shift ?? null,
      unclosed: this.#closes[0]?.shift ?? null,
    }
    this.#journal.put(SHIFT_KEY, record)
  }

  #meet(slot: number): DeviceProduction {
    const device = new DeviceProduction(slot, this.#period, this.#now())
    this.#devices.add(device)
    this.#changed(device)
    return device
  }

  #enterState(device: DeviceProduction, state: StateClass, nowMs: number): void {
    device.account(this.#period, nowMs, this.#parts.isFresh(device.slot))
    device.state = state
    this.#changed(device)
  }

  #changed(device: DeviceProduction): void {
    this.#journal.mark(device)
    this.#sums.update(device)
    this.#revision++
  }

  #account(nowMs: number): void {
    this.#journal.enter()
    for (const device of this.#devices) this.#accountFor(device, nowMs)
    this.#accountedMs = nowMs
  }

  #accountFor(device: DeviceProduction, nowMs: number): void {
    const isFresh = device.state !== StateClass.unknown && this.#parts.isFresh(device.slot)
    if (!device.account(this.#period, nowMs, isFresh)) return
    this.#sums.update(device)
    this.#revision++
  }

  #keepTime(device: DeviceProduction): void {
    if (!device.hasNewTime) return
    this.#journal.enter()
    this.#journal.mark(device)
    device.hasNewTime = false
  }

  async #record(isNewMinute: boolean): Promise<void> {
    await this.#recordCloses()
    if (isNewMinute && this.#period.shift !== undefined) {
      await recordInTurns(this.#parts.recorder, this.#runningPoints(this.#period.shift))
    }
    // A shift may have ended meanwhile.
    await this.#recordCloses()
  }

  async #recordCloses(): Promise<void> {
    for (let close = this.#closes[0]; close !== undefined; close = this.#closes[0]) {
      await recordInTurns(this.#parts.recorder, close.points(this.#parts.registry, this.#devices))
      this.#closed()
    }
  }

  #closeAtOnce(): void {
    while (this.#closes.length > 0) {
      for (const point of this.#closes[0]!.points(this.#parts.registry, this.#devices))
        recordPoint(this.#parts.recorder, point)
      this.#closed()
    }
  }

  /** The points of the oldest shift that ended are in blocks, which come before what is written now. */
  #closed(): void {
    this.#closes.shift()
    this.#journal.enter()
    this.#keepShift()
    this.#parts.touched()
  }

  *#runningPoints(shift: Shift): Iterable<ProductionPoint> {
    const { registry } = this.#parts
    const untilMs = this.#accountedMs
    const point = { shift, isClosed: false, timeMs: this.#minute * MINUTE_MS }
    // All at once: the sums may be those of another shift when these points are made.
    const nodes = [...nodeFigures(registry, this.#sums, shift, untilMs)]
    for (const node of nodes) yield { ...point, ...node }
    yield* devicePoints(registry, this.#devices, point, untilMs)
    for (const device of this.#devices) this.#keepTime(device)
    this.#parts.touched()
  }
}
