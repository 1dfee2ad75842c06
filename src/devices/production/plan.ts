import type { FieldType } from '../../core/point-batch.js'
import { FieldType as Type } from '../../core/point-batch.js'
import { ROLES, type Role } from './counts.js'

export interface CounterSpec {
  readonly field: string
  readonly kind: 'total' | 'increment'
  readonly wrapsAt?: number
}

/** `routes[].production` of the configuration. */
export interface ProductionSpec {
  readonly counters: Readonly<Partial<Record<Role, string | CounterSpec>>>
  readonly state?: {
    readonly field: string
    readonly running: readonly string[]
    readonly plannedStop: readonly string[]
  }
  readonly idealCycleTimeMs?: number
}

export interface PlannedCounter extends CounterSpec {
  readonly role: Role
}

export const StateClass = { unknown: 0, running: 1, plannedStop: 2, other: 3 } as const
export type StateClass = (typeof StateClass)[keyof typeof StateClass]

/** What a route says about production, compiled once. */
export class ProductionPlan {
  readonly counters: readonly PlannedCounter[]
  /** Undefined without a state. */
  readonly stateField: string | undefined
  readonly idealCycleTimeMs: number
  readonly #classes = new Map<string, StateClass>()

  constructor({ counters, state, idealCycleTimeMs = 0 }: ProductionSpec) {
    this.counters = ROLES.flatMap((role) => {
      const counter = counters[role]
      if (counter === undefined) return []
      return [
        { role, ...(typeof counter === 'string' ? { field: counter, kind: 'total' as const } : counter) },
      ]
    })
    this.stateField = state?.field
    this.idealCycleTimeMs = idealCycleTimeMs
    for (const value of state?.plannedStop ?? []) this.#classes.set(value, StateClass.plannedStop)
    for (const value of state?.running ?? []) this.#classes.set(value, StateClass.running)
  }

  /** A number may be written in several ways: 1 and 1.0 are one state. */
  classOf(type: FieldType, text: string): StateClass {
    const isNumber = type === Type.float || type === Type.integer
    return this.#classes.get(isNumber ? String(Number(text)) : text) ?? StateClass.other
  }
}
