import { unitConversion } from '../../core/units.js'
import type { FieldSettings } from '../settings.js'
import { Linear } from './linear.js'

/** Payloads name few units; a device that invents some must not fill the memory. */
const MAX_UNITS = 256
const MAX_UNIT_LENGTH = 64

/** From the unit that a value comes in to the one it is stored in, then scaled. Fields that have one are floats. */
export class Conversion {
  /** For a value of which the payload names no unit; undefined if the configuration names none either. */
  readonly fixed: Linear | undefined
  readonly #target: string
  readonly #scale: Linear
  /** By the unit that the payload names; undefined for one that cannot be converted. */
  readonly #byUnit = new Map<string, Linear | undefined>()

  /** Undefined if nothing is to be done. */
  static of({ unit = '', as = unit, scale }: FieldSettings): Conversion | undefined {
    if (as === '' && scale === undefined) return undefined
    return new Conversion(unit, as, scale === undefined ? Linear.identity : Linear.ofScale(scale))
  }

  private constructor(unit: string, target: string, scale: Linear) {
    this.#target = target
    this.#scale = scale
    this.fixed = unit === target ? scale : this.#compile(unit)
  }

  /** For a value whose unit the payload names; undefined for one that is unknown or measures something else. */
  from(unit: string): Linear | undefined {
    if (this.#target === '') return this.#scale
    if (unit === this.#target) return this.#scale
    if (this.#byUnit.has(unit)) return this.#byUnit.get(unit)
    if (unit.length > MAX_UNIT_LENGTH) return undefined
    if (this.#byUnit.size === MAX_UNITS) this.#byUnit.clear()
    const compiled = this.#compile(unit)
    this.#byUnit.set(unit, compiled)
    return compiled
  }

  /** The unit of the stored value before scaling; empty if none is configured. */
  get target(): string {
    return this.#target
  }

  #compile(unit: string): Linear | undefined {
    if (unit === '') return undefined
    const conversion = unitConversion(unit, this.#target)
    return typeof conversion === 'string' ? undefined : Linear.ofUnits(conversion).before(this.#scale)
  }
}
