import type { Random } from '../signals/random.js'

/** What a device says in one message, apart from the time: a flat record, the same keys every time. */
export interface Readings {
  readonly state: string
  /** 0, or the code of the alarm that stands. */
  readonly alarm: number
  readonly power_kw: number
  readonly [signal: string]: number | string
}

/**
 * One virtual machine. It knows no clock: what it says is a function of its seed and of the steps it was advanced
 * by, so that a fleet can run at any speed and twice alike.
 */
export interface Machine {
  /** @param dtS seconds since the last step @param staffed whether people are at the machines */
  advance(dtS: number, staffed: boolean): void
  readings(): Readings
}

/** The limits that a signal never leaves, in `unit`; empty for a count or a code. */
export interface Range {
  readonly min: number
  readonly max: number
  readonly unit: string
}

export interface Profile {
  readonly name: string
  /** What names of devices start with, unless the fleet says otherwise. */
  readonly prefix: string
  readonly intervalMs: number
  /** Every numeric signal. */
  readonly ranges: Readonly<Record<string, Range>>
  readonly createMachine: (random: Random) => Machine
}

export const COUNT: Range = { min: 0, max: Number.MAX_SAFE_INTEGER, unit: '' }

/** Signals of every profile; each adds its own `power_kw`. */
export const COMMON_RANGES = {
  alarm: { min: 0, max: 999, unit: '' },
} as const satisfies Record<string, Range>

/** Signals of what makes parts; both only ever grow. */
export const PART_COUNTERS = {
  good_count: COUNT,
  bad_count: COUNT,
} as const satisfies Record<string, Range>
