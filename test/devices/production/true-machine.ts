import fc from 'fast-check'
import { MessageArrival } from '../../../src/devices/production/arrival.js'
import { Outcome } from '../../../src/devices/production/counter.js'
import { TotalCounter } from '../../../src/devices/production/total-counter.js'

/** What a machine said, with what it had really made by then. */
export interface Said {
  readonly value: number
  readonly atMs: number
  readonly made: number
  /** Number of resets and wraps before it. */
  readonly run: number
}

/** A message as it arrives. */
export interface Arriving {
  readonly said: Said
  readonly isStamped: boolean
  readonly isRedelivered: boolean
}

export const NOW_MS = 1_800_000_000_000

export type Step = { readonly makes: number } | 'reset'

/** Runs a machine; it speaks after each step but a reset. No reset in the upper quarter of a counter that wraps. */
export function run(steps: readonly Step[], wrapsAt = 0): Said[] {
  const said: Said[] = []
  let value = 0
  let made = 0
  let runs = 0
  for (const step of steps) {
    if (step === 'reset') {
      if (wrapsAt > 0 && value >= (wrapsAt * 3) / 4) continue
      value = 0
      runs++
      continue
    }
    made += step.makes
    value += step.makes
    if (wrapsAt > 0 && value >= wrapsAt) runs++
    if (wrapsAt > 0) value %= wrapsAt
    said.push({ value, atMs: NOW_MS - 3_600_000 + said.length * 1_000, made, run: runs })
  }
  return said
}

export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ makes: fc.integer({ min: 0, max: 9 }) }) },
    { weight: 1, arbitrary: fc.record({ makes: fc.integer({ min: 10, max: 200 }) }) },
    { weight: 1, arbitrary: fc.constant('reset' as const) },
  ),
  { minLength: 1, maxLength: 60 },
)

export interface Tally {
  readonly units: number
  readonly least: number
  readonly resets: number
  readonly wraps: number
  readonly stepBacks: number
}

/** Has a counter take messages as they arrive. */
export function countAll(arriving: readonly Arriving[], wrapsAt = 0): Tally {
  const counter = new TotalCounter('good', 'good_count', wrapsAt)
  const tally = { units: 0, least: 0, resets: 0, wraps: 0, stepBacks: 0 }
  arriving.forEach(({ said, isStamped, isRedelivered }, i) => {
    const arrival = new MessageArrival()
    arrival.set(isStamped ? `${said.atMs}000000` : '', NOW_MS + i, isRedelivered)
    const units = counter.take(said.value, arrival)
    tally.units += units
    tally.least = Math.min(tally.least, units)
    if (counter.outcome === Outcome.reset) tally.resets++
    if (counter.outcome === Outcome.wrap) tally.wraps++
    if (counter.outcome === Outcome.stepBack) tally.stepBacks++
  })
  return tally
}

export function inOrder(said: readonly Said[], isStamped: boolean): Arriving[] {
  return said.map((one) => ({ said: one, isStamped, isRedelivered: false }))
}

/** Values as a device without a clock says them. */
export function plain(...values: readonly number[]): Arriving[] {
  return values.map((value) => {
    const said = { value, atMs: 0, made: 0, run: 0 }
    return { said, isStamped: false, isRedelivered: false }
  })
}
