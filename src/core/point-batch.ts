import type { TopicLevels } from '../core/device.js'
import type { Judgement } from './judgement.js'

export const FieldType = { float: 0, integer: 1, boolean: 2, string: 3 } as const
export type FieldType = (typeof FieldType)[keyof typeof FieldType]

export interface Tag {
  readonly name: string
  readonly value: string
}

export const NO_TAGS: readonly Tag[] = []

/** What is wrong with the clock of the device, where the time of a point was replaced. */
export type ClockFault = '' | 'unset' | 'behind' | 'ahead'

/**
 * The points of one message, by columns, reused from message to message so that decoding allocates nothing
 * but the texts themselves.
 *
 *     point p   measurements[p]  tags[p]  times[p]  devices[p]  judgements[p]  clockFaults[p]  historical[p]
 *               fields firstField[p] … firstField[p + 1] − 1
 *     field f   names[f]  types[f]  texts[f]  units[f], if hasUnits
 *
 * A value is kept as text, since that is how it came and how it leaves: a float or an integer in decimal,
 * `true` or `false`, or the characters of a string. Numbers therefore stay exact.
 *
 * Stages of quality change points by `change` and `retime`, which remember what stood there: a point that is refused in
 * the end becomes a dead letter as it came.
 */
export class PointBatch {
  points = 0
  fields = 0
  /** Empty: the measurement of the route. */
  readonly measurements: string[] = []
  /** Tags beside those of the device. */
  readonly tags: (readonly Tag[])[] = []
  /** Nanoseconds since the epoch in decimal; empty: the time of arrival. */
  readonly times: string[] = []
  /** Where the payload names the device; undefined: the device of the message. The same address should be the same object. */
  readonly devices: (TopicLevels | undefined)[] = []
  /** What the decoder itself has decided. */
  readonly judgements: Judgement[] = []
  readonly clockFaults: ClockFault[] = []
  /** Taken long ago and sent now: no news of its series, and its age is no fault of the clock. */
  readonly historical: boolean[] = []
  readonly firstField: number[] = [0]
  readonly names: string[] = []
  readonly types: FieldType[] = []
  readonly texts: string[] = []
  /** Units (UCUM codes, or as the payload has them) by field, '' where none is known; to be read only if `hasUnits`. */
  readonly units: string[] = []
  hasUnits = false
  /** How much `change` and `retime` replaced of the point at hand; what stood there, by columns: field or −1, type, text. */
  #replaced = 0
  readonly #oldFields: number[] = []
  readonly #oldTypes: FieldType[] = []
  readonly #oldTexts: string[] = []

  clear(): void {
    this.points = 0
    this.fields = 0
    this.hasUnits = false
  }

  field(name: string, type: FieldType, text: string): void {
    const f = this.fields++
    this.names[f] = name
    this.types[f] = type
    this.texts[f] = text
    if (this.hasUnits) this.units[f] = ''
  }

  /** Of the field added last. */
  unit(code: string): void {
    if (code === '') return
    if (!this.hasUnits) {
      this.units.fill('')
      for (let f = this.units.length; f < this.fields; f++) this.units[f] = ''
      this.hasUnits = true
    }
    this.units[this.fields - 1] = code
  }

  /** Fields added since the last point. */
  get openFields(): number {
    return this.fields - this.firstField[this.points]!
  }

  /** Closes a point over the fields added since the last one; without any there is no point. */
  point(
    measurement: string,
    tags: readonly Tag[],
    timeNs: string,
    device?: TopicLevels,
    judgement: Judgement = 'keep',
  ): void {
    if (this.openFields === 0) return
    const p = this.points++
    this.measurements[p] = measurement
    this.tags[p] = tags
    this.times[p] = timeNs
    this.devices[p] = device
    this.judgements[p] = judgement
    this.clockFaults[p] = ''
    this.historical[p] = false
    this.firstField[p + 1] = this.fields
  }

  /** Replaces the value of a field, of the point at hand. */
  change(f: number, type: FieldType, text: string): void {
    this.#remember(f, this.types[f]!, this.texts[f]!)
    this.types[f] = type
    this.texts[f] = text
  }

  /** Replaces the time of the point at hand. */
  retime(p: number, timeNs: string): void {
    this.#remember(-1, FieldType.string, this.times[p]!)
    this.times[p] = timeNs
  }

  /** The next point is at hand: what was changed until now stays. */
  settle(): void {
    this.#replaced = 0
  }

  /** Takes back all that was changed of the point at hand, `p`. */
  restore(p: number): void {
    while (this.#replaced > 0) {
      const at = --this.#replaced
      const f = this.#oldFields[at]!
      if (f < 0) this.times[p] = this.#oldTexts[at]!
      else {
        this.types[f] = this.#oldTypes[at]!
        this.texts[f] = this.#oldTexts[at]!
      }
    }
    this.clockFaults[p] = ''
  }

  #remember(f: number, type: FieldType, text: string): void {
    const at = this.#replaced++
    this.#oldFields[at] = f
    this.#oldTypes[at] = type
    this.#oldTexts[at] = text
  }
}
