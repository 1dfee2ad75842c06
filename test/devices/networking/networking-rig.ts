import type { Counts } from '../../../src/core/counts.js'
import { silentLogger } from '../../../src/core/logger.js'
import type { Tag } from '../../../src/core/point-batch.js'
import type { StateStore } from '../../../src/core/state.js'
import type { NetworkingFigures } from '../../../src/devices/networking/figures.js'
import { Networking } from '../../../src/devices/networking/networking.js'
import { Presence } from '../../../src/devices/presence/presence.js'
import { ConfiguredShifts, type ShiftCalendarOptions } from '../../../src/devices/shifts/calendar.js'
import { toCounts } from '../../../src/ledger/ledger.js'
import { openState, removeDirectory, temporaryDirectory } from '../../support/state.js'
import { copyState } from '../../support/state-copy.js'
import { Records } from './records.js'

export interface Recorded {
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  readonly fields: Readonly<Record<string, string>>
  readonly timeMs: number | undefined
}

/** A Saturday; shifts of eight hours begin at 06:00, 14:00 and 22:00 UTC. */
export const TEN_O_CLOCK = Date.parse('2026-11-21T10:00:00Z')

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const SHIFTS: ShiftCalendarOptions = {
  timezone: 'UTC',
  pattern: [
    { name: 'early', start: '06:00', end: '14:00', days: DAYS, breaks: [] },
    { name: 'late', start: '14:00', end: '22:00', days: DAYS, breaks: [] },
    { name: 'night', start: '22:00', end: '06:00', days: DAYS, breaks: [] },
  ],
}

/** Networking rates over real presence and the registry's tree, with clocks that stand until a test moves them. */
export class NetworkingRig {
  readonly records = new Records()
  readonly points: Recorded[] = []
  wallMs: number
  #steadyMs = 0
  #directory = temporaryDirectory()
  readonly #shifts: ShiftCalendarOptions
  /** By slot: messages on disk, as the ledger has them. */
  readonly #received: number[] = []
  readonly #heardMs: number[] = []
  #state: StateStore
  #presence: Presence | undefined
  #networking: Networking | undefined

  constructor(wallMs = TEN_O_CLOCK, shifts = SHIFTS) {
    this.wallMs = wallMs
    this.#shifts = shifts
    this.#state = openState(this.#directory)
  }

  get presence(): Presence {
    return this.#presence!
  }

  get networking(): Networking {
    return this.#networking!
  }

  start(): this {
    const alongside = (write: () => void) => void this.#state.commit(write)
    const now = () => this.wallMs
    const registry = this.records
    this.#presence = new Presence({
      registry,
      state: this.#state,
      alongside,
      defaults: { intervalMs: 10_000, survivalMs: 20_000 },
      restartGraceMs: 60_000,
      now,
      steadyNow: () => this.#steadyMs,
    })
    this.#networking = new Networking({
      registry,
      presence: this.presence,
      shifts: new ConfiguredShifts(this.#shifts),
      ledger: { counts: (slot) => this.#counts(slot) },
      recorder: {
        record: (measurement, tags, fields, timeMs) =>
          this.points.push({ measurement, tags: byName(tags), fields: textsOf(fields), timeMs }),
      },
      state: this.#state,
      logger: silentLogger,
      now,
    })
    this.presence.start((slot) => this.#heardMs[slot] ?? 0)
    this.networking.start()
    return this
  }

  /** Messages of a device are on disk. */
  receive(slot: number, count = 1): void {
    this.#received[slot] = (this.#received[slot] ?? 0) + count
    this.#heardMs[slot] = this.wallMs
    this.presence.heard(slot, this.wallMs)
    this.networking.received(slot, count, this.wallMs)
  }

  /** Lets time pass, in steps of a second as the timers take them. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 1_000) {
      const step = Math.min(1_000, left)
      this.#steadyMs += step
      this.wallMs += step
      this.presence.advance()
      this.networking.tick()
    }
  }

  figures(of: string | number = ''): NetworkingFigures {
    return this.networking.figures(typeof of === 'number' ? of : this.records.tree.node(of)!)
  }

  /** As the gateway does when it is told to. */
  async stop(): Promise<void> {
    this.presence.close()
    await this.networking.close()
    await this.#state.close()
  }

  /** With `crash`, what a killed process leaves: all that was written until a moment ago, and no farewell. */
  async restart({ downMs = 0, crash = false } = {}): Promise<void> {
    const left = temporaryDirectory()
    for (let i = 0; i < 50; i++) await this.#state.commit(() => undefined)
    if (crash) copyState(this.#directory, left)
    await this.stop()
    if (crash) {
      removeDirectory(this.#directory)
      this.#directory = left
    } else removeDirectory(left)
    this.wallMs += downMs
    this.reopen()
    this.start()
  }

  /** After `stop`. */
  reopen(): void {
    this.#steadyMs = 0
    this.#state = openState(this.#directory)
    this.records.reopen()
  }

  async remove(): Promise<void> {
    await this.stop()
    removeDirectory(this.#directory)
  }

  #counts(slot: number): Counts {
    return toCounts([this.#received[slot] ?? 0, 0, 0, 0, 0, 0, 0, 0, 0])
  }
}

function byName(tags: readonly Tag[]): Record<string, string> {
  return Object.fromEntries(tags.map(({ name, value }) => [name, value]))
}

function textsOf(fields: readonly { name: string; text: string }[]): Record<string, string> {
  return Object.fromEntries(fields.map(({ name, text }) => [name, text]))
}
