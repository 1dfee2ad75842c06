import { join } from 'node:path'
import { silentLogger } from '../../../src/core/logger.js'
import { FieldType, PointBatch, type Tag } from '../../../src/core/point-batch.js'
import type { RecordedField } from '../../../src/core/recorder.js'
import type { Shift, ShiftCalendar } from '../../../src/core/shifts.js'
import type { StateStore } from '../../../src/core/state.js'
import { ProductionPlan, type ProductionSpec } from '../../../src/devices/production/plan.js'
import { Production } from '../../../src/devices/production/production.js'
import type { ProductionReader } from '../../../src/devices/production/reader.js'
import type { Places } from '../../../src/devices/production/shift-close.js'
import { Spool } from '../../../src/spool/spool.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'
import { copyState } from '../../support/state-copy.js'
import { PlainTree } from './tree.js'

export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000
/** 2027-01-15, 06:00 UTC: the beginning of a shift. */
export const START_MS = Date.parse('2027-01-15T06:00:00Z')

/** Shifts of eight hours at 6, 14 and 22 h UTC; each with a break of half an hour, four hours after its start. */
export const EIGHT_HOURS: ShiftCalendar = {
  at: (epochMs) => shiftNumber(Math.floor((epochMs - START_MS) / (8 * HOUR_MS))),
  next: (epochMs) => shiftNumber(Math.floor((epochMs - START_MS) / (8 * HOUR_MS)) + 1),
}

function shiftNumber(number: number): Shift {
  const startMs = START_MS + number * 8 * HOUR_MS
  const breakMs = startMs + 4 * HOUR_MS
  return {
    name: ['early', 'late', 'night'][((number % 3) + 3) % 3]!,
    day: new Date(startMs).toISOString().slice(0, 10),
    startMs,
    endMs: startMs + 8 * HOUR_MS,
    plannedBreaksMs: HOUR_MS / 2,
    breaks: [{ startMs: breakMs, endMs: breakMs + HOUR_MS / 2 }],
  }
}

export interface Recorded {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
  readonly timeMs: number | undefined
}

export const SPEC: ProductionSpec = {
  counters: { good: 'good_count', bad: 'bad_count' },
  state: { field: 'state', running: ['running', '3'], plannedStop: ['maintenance'] },
  idealCycleTimeMs: 30_000,
}

export interface RigOptions {
  readonly directory?: string
  readonly calendar?: ShiftCalendar
  readonly tree?: Places
  readonly nowMs?: number
}

/** Production over a real spool, with a clock that stands until it is moved. */
export class ProductionRig {
  readonly directory: string
  readonly state: StateStore
  readonly spool: Spool
  readonly tree: Places
  readonly production: Production
  readonly recorded: Recorded[] = []
  readonly stale = new Set<number>()
  nowMs: number
  readonly #readers = new Map<string, ProductionReader>()
  readonly #batch = new PointBatch()

  private constructor({ directory, calendar, tree, nowMs }: RigOptions) {
    this.directory = directory ?? temporaryDirectory()
    this.tree =
      tree ??
      new PlainTree('ningbo/moulding/line1/imm-01', 'ningbo/moulding/line1/imm-02', 'wuhu/press/line1/p-1')
    this.nowMs = nowMs ?? START_MS
    this.state = openState(this.directory)
    this.spool = new Spool(this.state, {
      flushIntervalMs: 1,
      blockBytes: 1 << 16,
      maxUnflushedBytes: 1 << 24,
      maxBytes: 1 << 27,
      quarantineDirectory: join(this.directory, 'quarantine'),
      retryAfterMs: 1,
      logger: silentLogger,
    })
    this.production = new Production({
      registry: this.tree,
      state: this.state,
      block: this.spool.open,
      touched: () => this.spool.touched(),
      calendar: calendar ?? EIGHT_HOURS,
      isFresh: (slot) => !this.stale.has(slot),
      recorder: { record: (...point) => this.#record(...point) },
      now: () => this.nowMs,
    })
  }

  static async start(options: RigOptions = {}): Promise<ProductionRig> {
    const rig = new ProductionRig(options)
    await rig.spool.start(['sink'])
    rig.production.start()
    return rig
  }

  #record(
    measurement: string,
    tags: readonly Tag[],
    fields: readonly RecordedField[],
    timeMs?: number,
  ): void {
    this.spool.open.append(`${measurement} x=1 ${timeMs}\n`, 1)
    this.spool.touched()
    this.recorded.push({
      measurement,
      tags: Object.fromEntries(tags.map(({ name, value }) => [name, value])),
      fields: Object.fromEntries(fields.map(({ name, text }) => [name, text])),
      timeMs,
    })
  }

  /** A message of one point; `stampMs` is the device's time. */
  send(slot: number, fields: Readonly<Record<string, number | string>>, how: SendOptions = {}): void {
    const { spec = SPEC, dup = false, stampMs } = how
    const batch = this.#batch
    batch.clear()
    for (const [name, value] of Object.entries(fields)) {
      batch.field(name, typeof value === 'number' ? FieldType.float : FieldType.string, String(value))
    }
    batch.point('', [], stampMs === undefined ? '' : `${stampMs}000000`)
    const timeNs = `${stampMs ?? this.nowMs}000000`
    this.#reader(slot, spec).note(slot, batch, 0, timeNs, dup)
    this.spool.open.append(`telemetry,slot=${slot} ${how.line ?? 'x=1'} ${timeNs}\n`, 1)
  }

  #reader(slot: number, spec: ProductionSpec): ProductionReader {
    const key = `${slot} ${JSON.stringify(spec)}`
    const known = this.#readers.get(key)
    if (known !== undefined) return known
    const reader = this.production.reader(new ProductionPlan(spec))
    this.#readers.set(key, reader)
    return reader
  }

  /** Moves the clock, in ticks of a second. */
  pass(ms: number): void {
    const untilMs = this.nowMs + ms
    while (this.nowMs < untilMs) {
      this.nowMs = Math.min(untilMs, this.nowMs + 1_000)
      this.production.tick()
    }
  }

  async flush(): Promise<void> {
    this.spool.touched()
    await this.spool.flush()
  }

  /** Another gateway on the files as they are now, as after a kill. */
  async afterKill(nowMs: number = this.nowMs): Promise<ProductionRig> {
    const directory = temporaryDirectory()
    copyState(this.directory, directory)
    return ProductionRig.start({ directory, tree: this.tree, nowMs })
  }

  async close(): Promise<void> {
    await this.production.close()
    await this.flush()
    this.spool.stop()
    await this.state.close()
    removeDirectory(this.directory)
  }
}

interface SendOptions {
  readonly spec?: ProductionSpec
  readonly dup?: boolean
  readonly stampMs?: number
  readonly line?: string
}
