/**
 * The numbers that figures are made of, per device; a node's are the sums of its devices', so that its figures are
 * weighted by what each device contributes:
 *
 *     Availability = Σ APT / Σ PBT     Effectiveness = Σ (PRU · PQ) / Σ APT     Quality ratio = Σ GQ / Σ PQ
 *
 * each over the devices of which both numbers are known.
 */
import { COUNTS, Count } from './counts.js'
import type { DeviceProduction } from './device-production.js'
import { StateClass } from './plan.js'
import type { ShiftTotals } from './shift-totals.js'

/** Indexes; the counts of the shift come first, by `Count`. */
export const Term = {
  /** Counts for ever, by `Count`, from here on. */
  ever: COUNTS,
  /** 1 for a device. */
  devices: 2 * COUNTS,
  /** 1 for a device whose state is known. */
  stateful: 2 * COUNTS + 1,
  /** APT, milliseconds. */
  running: 2 * COUNTS + 2,
  /** Milliseconds that are taken off PBT. */
  plannedStop: 2 * COUNTS + 3,
  /** GQ and PQ of devices that count both good and bad. */
  good: 2 * COUNTS + 4,
  made: 2 * COUNTS + 5,
  /** PRU · PQ and APT of devices that have both, milliseconds. */
  idealTime: 2 * COUNTS + 6,
  runningOfIdeal: 2 * COUNTS + 7,
} as const

export const TERMS = 2 * COUNTS + 8

export type Terms = Float64Array

/** Fills in what a device contributes with the totals of one period. */
export function setTerms(
  terms: Terms,
  device: DeviceProduction,
  { counts, runningMs, plannedStopMs }: ShiftTotals,
): void {
  const hasState = device.state !== StateClass.unknown
  const hasQuality = device.roles.has('good') && device.roles.has('bad')
  const hasIdeal = hasState && hasQuality && device.idealCycleTimeMs > 0
  const made = counts[Count.good]! + counts[Count.bad]!
  for (let i = 0; i < COUNTS; i++) {
    terms[i] = counts[i]!
    terms[Term.ever + i] = device.ever[i]!
  }
  terms[Term.devices] = 1
  terms[Term.stateful] = hasState ? 1 : 0
  terms[Term.running] = runningMs
  terms[Term.plannedStop] = plannedStopMs
  terms[Term.good] = hasQuality ? counts[Count.good]! : 0
  terms[Term.made] = hasQuality ? made : 0
  terms[Term.idealTime] = hasIdeal ? device.idealCycleTimeMs * made : 0
  terms[Term.runningOfIdeal] = hasIdeal ? runningMs : 0
}
