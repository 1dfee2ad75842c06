import type { Arrival } from './arrival.js'
import type { Role } from './counts.js'

/** What the last value was to its counter; after `nothing`, there is nothing new to keep. */
export const Outcome = { nothing: 0, counted: 1, reset: 2, wrap: 3, stepBack: 4 } as const
export type Outcome = (typeof Outcome)[keyof typeof Outcome]

/** One counter of one device. It is told of whole numbers from 0 to 2^53 − 1. */
export interface Counter {
  readonly kind: 'total' | 'increment'
  readonly role: Role
  readonly field: string
  readonly outcome: Outcome
  /** Units that this value adds; never negative. */
  take(value: number, arrival: Arrival): number
  /** What it has to know of the values so far, to go on after a restart. */
  save(): readonly number[]
}
