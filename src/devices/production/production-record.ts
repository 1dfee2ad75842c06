import type { Role } from './counts.js'
import type { StateClass } from './plan.js'

/** A counter as it is kept; `state` belongs to its kind. */
export interface CounterRecord {
  readonly role: Role
  readonly field: string
  readonly kind: 'total' | 'increment'
  readonly state: readonly number[]
}

/** What is kept of a device on disk, as JSON. */
export interface ProductionRecord {
  readonly counters: readonly CounterRecord[]
  readonly ever: readonly number[]
  /** Of the newest period it is known for, and the one before, as `saveTotals` has them. */
  readonly totals: readonly (readonly number[])[]
  readonly roles: readonly Role[]
  readonly idealCycleTimeMs: number
  readonly state: StateClass
  /** Stamp of the newest state. */
  readonly stateAtMs: number
}
