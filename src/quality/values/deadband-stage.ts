/**
 * Leaves out what is no news. A point is left out only if every field that it has is inside its deadband; a field without
 * one always passes the point.
 *
 * The swinging door is that of E. H. Bristol ("Swinging door trending", 1990): from the point stored last, two doors narrow
 * with each point; what is beyond them closes the door, and the point before is stored. Here a point is held only if the
 * straight line to it, from the point stored last, passes every point between by at most the deviation: so that
 * interpolating what is stored is never wrong by more. (Doors that only must not cross allow twice as much.)
 *
 * Invariants:
 * - A held point has a deadband in each field, and is held by all of them. What comes either replaces it in all of them, or
 *   it is stored: a field of it must not go on without it, because it may be stored on behalf of another.
 * - A point that is late (not after every point of its fields before it) passes as it is and changes nothing; so does a
 *   historical one, and one that was accepted before.
 * - Held points are in memory. What is held when the process ends stays counted as filtered.
 */
import { filtered, type Judgement } from '../../core/judgement.js'
import { FieldType, type PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import { NanoTime } from '../time/nano-time.js'
import { DeadbandMemory } from './deadband-memory.js'
import { FieldBand } from './field-band.js'
import type { FieldNumbers } from './field-numbers.js'
import type { FieldRules } from './field-rules.js'
import { HeldPoint } from './held-point.js'

const DEADBAND = filtered('deadband')

export class DeadbandStage implements QualityStage {
  readonly #rules: FieldRules
  readonly #numbers: FieldNumbers
  readonly #time: NanoTime
  /** Of the point at hand, by position; undefined for a field without a deadband. */
  readonly #bands: (FieldBand | undefined)[] = []
  #isLate = false
  #hasHeld = false
  /** What holds the fields of the point at hand, and how many of them it holds; −1 if several do. */
  #held: HeldPoint | undefined = undefined
  #holds = 0

  /** @param time where the time of a point is read to, as other stages may have done */
  constructor(rules: FieldRules, numbers: FieldNumbers, time = new NanoTime()) {
    this.#rules = rules
    this.#numbers = numbers
    this.#time = time
  }

  judge(batch: PointBatch, point: number, context: PointContext): Judgement {
    if (batch.historical[point]!) return 'keep'
    const timeNs = batch.times[point]! === '' ? context.arrivalNs() : batch.times[point]!
    const memory = this.#memoryOf(timeNs, context)
    const ns = memory.axis.at(timeNs, this.#time)
    const banded = this.#findBands(batch, point, ns, memory)
    if (banded === 0 || this.#isLate) return 'keep'
    this.#held = undefined
    if (this.#hasHeld && this.#endsHeld(batch, point, ns)) this.#release(context)
    if (banded < this.#bands.length || this.#isNews(batch, point, ns)) return this.#store(batch, point, ns)
    return this.#leaveOut(batch, point, ns, context)
  }

  #memoryOf(timeNs: string, context: PointContext): DeadbandMemory {
    const { series } = context
    const known = series.deadband
    if (known?.owner === this) return known
    if (known !== undefined) for (const { line } of known.held()) context.released(line, 'deadband')
    const memory = new DeadbandMemory(this, timeNs)
    series.deadband = memory
    return memory
  }

  /** Returns how many fields of the point have a deadband; notes whether it is late, and whether any of them is held. */
  #findBands(batch: PointBatch, point: number, ns: number, memory: DeadbandMemory): number {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    let banded = 0
    this.#isLate = false
    this.#hasHeld = false
    if (this.#bands.length > end - first) this.#bands.length = end - first
    for (let f = first; f < end; f++) {
      const band = this.#bandOf(batch.names[f]!, f - first, memory)
      this.#bands[f - first] = band
      if (band === undefined) continue
      banded++
      this.#isLate ||= band.isLate(ns)
      this.#hasHeld ||= band.held !== undefined
    }
    return banded
  }

  #bandOf(name: string, position: number, memory: DeadbandMemory): FieldBand | undefined {
    const deadband = this.#rules.at(position, name)?.deadband
    if (deadband === undefined) return undefined
    return memory.band(position, name) ?? memory.add(new FieldBand(name, deadband))
  }

  /** Whether what the fields hold must be stored; notes what that is. */
  #endsHeld(batch: PointBatch, point: number, ns: number): boolean {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    let closed = false
    this.#holds = 0
    for (let f = first; f < end; f++) {
      const band = this.#bands[f - first]
      if (band?.held === undefined) continue
      this.#meet(band.held)
      closed ||= band.isClosedFor(ns, batch.types[f]!, this.#numberOf(batch, f, f - first))
    }
    return closed || this.#isIncomplete()
  }

  #meet(held: HeldPoint): void {
    if (this.#held === undefined) this.#held = held
    this.#holds = held === this.#held && this.#holds >= 0 ? this.#holds + 1 : SEVERAL
  }

  /** Not all that the held point has, or more than one held point. */
  #isIncomplete(): boolean {
    return this.#held !== undefined && this.#holds !== this.#held.bands.length
  }

  #release(context: PointContext): void {
    this.#held = undefined
    for (const band of this.#bands) {
      const held = band?.held
      if (held === undefined) continue
      context.released(held.line, 'deadband')
      for (const other of held.bands) if (other.held === held) other.storeHeld()
    }
  }

  #isNews(batch: PointBatch, point: number, ns: number): boolean {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    for (let f = first; f < end; f++) {
      const value = this.#numberOf(batch, f, f - first)
      if (this.#bands[f - first]!.isNews(ns, batch.types[f]!, batch.texts[f]!, value)) return true
    }
    return false
  }

  #store(batch: PointBatch, point: number, ns: number): Judgement {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    for (let f = first; f < end; f++) {
      const value = this.#numberOf(batch, f, f - first)
      this.#bands[f - first]?.store(ns, batch.types[f]!, batch.texts[f]!, value)
    }
    return 'keep'
  }

  #leaveOut(batch: PointBatch, point: number, ns: number, context: PointContext): Judgement {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    let swings = false
    for (let f = first; f < end; f++) {
      const band = this.#bands[f - first]!
      band.leaveOut(ns)
      swings ||= band.swings(batch.types[f]!)
    }
    if (swings) this.#hold(batch, point, ns, context)
    return DEADBAND
  }

  #hold(batch: PointBatch, point: number, ns: number, context: PointContext): void {
    const first = batch.firstField[point]!
    const end = batch.firstField[point + 1]!
    const held = this.#heldOfSameFields() ?? new HeldPoint(this.#bands.slice() as FieldBand[])
    held.line = context.line()
    for (let f = first; f < end; f++) {
      const value = this.#numberOf(batch, f, f - first)
      this.#bands[f - first]!.hold(held, ns, batch.types[f]!, batch.texts[f]!, value)
    }
  }

  /** The object can stand for the later point too. */
  #heldOfSameFields(): HeldPoint | undefined {
    return this.#held?.bands.length === this.#bands.length ? this.#held : undefined
  }

  #numberOf(batch: PointBatch, f: number, position: number): number {
    return batch.types[f] === FieldType.float ? this.#numbers.of(position, batch.texts[f]!) : Number.NaN
  }
}

/** No number of fields that one point holds. */
const SEVERAL = -1
