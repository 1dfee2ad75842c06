import type { Arrival } from './arrival.js'
import type { Counter } from './counter.js'
import { Outcome } from './counter.js'
import { Count, noCounts, type Role } from './counts.js'
import { IncrementCounter } from './increment-counter.js'
import { type Period, plannedMs } from './period.js'
import { type PlannedCounter, type ProductionPlan, StateClass } from './plan.js'
import type { CounterRecord, ProductionRecord } from './production-record.js'
import { emptyTotals, loadTotals, type ShiftTotals, saveTotals } from './shift-totals.js'
import { TERMS } from './terms.js'
import { TotalCounter } from './total-counter.js'

const OUTCOME_COUNT: Readonly<Record<Outcome, Count | undefined>> = {
  [Outcome.nothing]: undefined,
  [Outcome.counted]: undefined,
  [Outcome.reset]: Count.resets,
  [Outcome.wrap]: Count.wraps,
  [Outcome.stepBack]: Count.stepBacks,
}

/** All that is known of one device's production. */
export class DeviceProduction {
  readonly slot: number
  readonly ever: number[]
  current: ShiftTotals
  /** Of the period before, while it is needed. */
  previous: ShiftTotals | undefined
  readonly roles: Set<Role>
  idealCycleTimeMs: number
  state: StateClass
  /** What the sums of the tree hold of this device (terms.ts). */
  readonly terms = new Float64Array(TERMS)
  /** Time up to here is in the totals; epoch milliseconds. */
  accountedMs: number
  /** Time was added that is not on disk yet. */
  hasNewTime = false
  /** The changes of a block that this device is a part of (block-journal.ts). */
  listedIn: object | undefined
  readonly #counters: Counter[] = []
  /** Counters on disk that no route has asked for yet. */
  readonly #saved: CounterRecord[]
  #stateAtMs: number

  constructor(slot: number, period: Period, nowMs: number, saved?: ProductionRecord) {
    this.slot = slot
    this.ever = [...(saved?.ever ?? noCounts())]
    const totals = (saved?.totals ?? []).map(loadTotals)
    this.current = totals.find(({ key }) => key === period.key) ?? emptyTotals(period.key)
    this.previous = totals.find(({ key }) => key !== period.key)
    this.roles = new Set(saved?.roles)
    this.idealCycleTimeMs = saved?.idealCycleTimeMs ?? 0
    this.state = saved?.state ?? StateClass.unknown
    this.accountedMs = nowMs
    this.#saved = [...(saved?.counters ?? [])]
    this.#stateAtMs = saved?.stateAtMs ?? 0
  }

  /** Takes over what a route says of the device; gives its counters, in the order of the plan. */
  adopt(plan: ProductionPlan): readonly Counter[] {
    if (plan.idealCycleTimeMs > 0) this.idealCycleTimeMs = plan.idealCycleTimeMs
    for (const { role } of plan.counters) this.roles.add(role)
    return plan.counters.map((counter) => this.#counter(counter))
  }

  /** @returns whether anything changed that must be kept */
  count(counter: Counter, value: number, arrival: Arrival): boolean {
    const units = counter.take(value, arrival)
    const what = OUTCOME_COUNT[counter.outcome]
    if (what !== undefined) this.#add(what, 1)
    if (units > 0) this.#add(Count[counter.role], units)
    return counter.outcome !== Outcome.nothing
  }

  /** A value that is no count. */
  ignore(): void {
    this.#add(Count.ignored, 1)
  }

  /** @returns whether the device is in another state now; then its time so far is to be accounted for first */
  hears(state: StateClass, { atMs, isStamped, isRedelivered }: Arrival): boolean {
    if (isStamped ? atMs <= this.#stateAtMs : isRedelivered) return false
    this.#stateAtMs = Math.max(this.#stateAtMs, atMs)
    return state !== this.state
  }

  /** Adds the time since the last call to what was done in it. */
  account(period: Period, toMs: number, isFresh: boolean): boolean {
    const fromMs = this.accountedMs
    this.accountedMs = Math.max(toMs, fromMs)
    const { shift } = period
    if (shift === undefined || toMs <= fromMs || !isFresh) return false
    if (this.state === StateClass.running) {
      const from = Math.max(fromMs, shift.startMs)
      this.current.runningMs += Math.max(0, Math.min(toMs, shift.endMs) - from)
    } else if (this.state === StateClass.plannedStop) {
      this.current.plannedStopMs += Math.round(plannedMs(shift, fromMs, toMs))
    } else return false
    this.hasNewTime = true
    return true
  }

  /** Another period begins; the totals of the one that ends are kept as the previous ones. */
  turnTo(key: number): void {
    const known = this.previous
    this.previous = this.current
    this.current = known?.key === key ? known : emptyTotals(key)
  }

  /** The totals of the current or of the previous period. */
  totalsOf(key: number): ShiftTotals | undefined {
    if (this.current.key === key) return this.current
    return this.previous?.key === key ? this.previous : undefined
  }

  save(): ProductionRecord {
    const { ever, current, previous, roles, idealCycleTimeMs, state } = this
    const counters = this.#counters.map(toRecord)
    return {
      counters: [...counters, ...this.#saved],
      ever,
      totals: [current, ...(previous === undefined ? [] : [previous])].map(saveTotals),
      roles: [...roles],
      idealCycleTimeMs,
      state,
      stateAtMs: this.#stateAtMs,
    }
  }

  #add(index: Count, amount: number): void {
    this.current.counts[index]! += amount
    this.ever[index]! += amount
  }

  #counter({ role, field, kind, wrapsAt }: PlannedCounter): Counter {
    const same = (other: CounterRecord | Counter) =>
      other.role === role && other.field === field && other.kind === kind
    const known = this.#counters.find(same)
    if (known !== undefined) return known
    const at = this.#saved.findIndex(same)
    const state = at < 0 ? undefined : this.#saved.splice(at, 1)[0]!.state
    const counter =
      kind === 'total'
        ? new TotalCounter(role, field, wrapsAt, state)
        : new IncrementCounter(role, field, state)
    this.#counters.push(counter)
    return counter
  }
}

function toRecord(counter: Counter): CounterRecord {
  const { role, field, kind } = counter
  return { role, field, kind, state: counter.save() }
}
