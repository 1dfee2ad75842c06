import type { Shift } from '../../core/shifts.js'
import { type ProductionCounts, toCounts } from './counts.js'
import { plannedMs } from './period.js'
import { Term, type Terms } from './terms.js'

/** Key figures of ISO 22400-2:2014; null where one of their numbers is not known, or would divide by zero. */
export interface KeyFigures {
  /** APT / PBT; above 1 for a device that also runs through planned breaks. */
  readonly availability: number | null
  /** PRU · PQ / APT */
  readonly effectiveness: number | null
  /** GQ / PQ */
  readonly qualityRatio: number | null
  /** Availability · Effectiveness · Quality ratio */
  readonly oee: number | null
}

/** Of a device, or of all devices at or below a node, in one shift. */
export interface ProductionFigures extends ProductionCounts, KeyFigures {
  /** Undefined between shifts; then the counts are those since the last one ended. */
  readonly shift: Shift | undefined
  /** Devices that say something about production. */
  readonly devices: number
  /** APT, milliseconds. */
  readonly runningMs: number
  /** PBT up to now, or up to the end of the shift, milliseconds; of devices whose state is known. */
  readonly plannedBusyMs: number
  /** Since the device was first heard of. */
  readonly ever: ProductionCounts
}

/** @param untilMs up to when the terms account for time */
export function figuresOf(terms: Terms, shift: Shift | undefined, untilMs: number): ProductionFigures {
  const planned = shift === undefined ? 0 : plannedMs(shift, shift.startMs, untilMs)
  const plannedBusyMs = terms[Term.stateful]! * planned - terms[Term.plannedStop]!
  return {
    shift,
    devices: terms[Term.devices]!,
    ...toCounts(terms),
    runningMs: terms[Term.running]!,
    plannedBusyMs,
    ...keyFigures(terms, plannedBusyMs),
    ever: toCounts(terms, Term.ever),
  }
}

function keyFigures(terms: Terms, plannedBusyMs: number): KeyFigures {
  const availability = ratio(terms[Term.running]!, plannedBusyMs)
  const effectiveness = ratio(terms[Term.idealTime]!, terms[Term.runningOfIdeal]!)
  const qualityRatio = ratio(terms[Term.good]!, terms[Term.made]!)
  const isWhole = availability !== null && effectiveness !== null && qualityRatio !== null
  const oee = isWhole ? availability * effectiveness * qualityRatio : null
  return { availability, effectiveness, qualityRatio, oee }
}

function ratio(part: number, whole: number): number | null {
  return whole > 0 ? part / whole : null
}
