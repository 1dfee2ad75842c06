import { FieldType } from '../../core/point-batch.js'
import type { DeadbandSettings } from '../settings.js'
import type { HeldPoint } from './held-point.js'

const NS_PER_MS = 1_000_000
const PERCENT = 100

/** What a field of a series is compared with: the value that was stored last, and for a swinging door its opening. */
export class FieldBand {
  readonly name: string
  /** Kept back by a swinging door: it may yet turn out to be needed. Its time and value are `heldNs` and `heldValue`. */
  held: HeldPoint | undefined = undefined
  readonly #swings: boolean
  readonly #width: number
  /** Of the stored value; 0 where the width is absolute. */
  readonly #share: number
  readonly #maxSilenceNs: number
  #latestNs = Number.NEGATIVE_INFINITY
  #storedNs = Number.NEGATIVE_INFINITY
  #storedType: FieldType = FieldType.float
  #storedText = ''
  #storedValue = Number.NaN
  /** Slopes of the straight lines from the stored value that pass every point since by at most the width. */
  #lowest = Number.NEGATIVE_INFINITY
  #highest = Number.POSITIVE_INFINITY
  #heldNs = 0
  #heldType: FieldType = FieldType.float
  #heldText = ''
  #heldValue = Number.NaN

  constructor(name: string, { absolute, percent, swingingDoor, maxSilenceMs }: DeadbandSettings) {
    this.name = name
    this.#swings = swingingDoor !== undefined
    this.#width = swingingDoor ?? absolute ?? 0
    this.#share = percent === undefined ? 0 : percent / PERCENT
    this.#maxSilenceNs = maxSilenceMs === undefined ? Number.POSITIVE_INFINITY : maxSilenceMs * NS_PER_MS
  }

  /** Whether the field is one whose points are held. Integers, booleans and texts have no slope. */
  swings(type: FieldType): boolean {
    return this.#swings && type === FieldType.float
  }

  /** Whether the time is not after every time of the field so far. */
  isLate(ns: number): boolean {
    return ns <= this.#latestNs
  }

  /** Whether a straight line from the stored value to this one would miss a point in between: the door has closed. */
  isClosedFor(ns: number, type: FieldType, value: number): boolean {
    if (this.held === undefined || !this.swings(this.#heldType)) return false
    // No line leads to another kind of value: the held one ends it.
    if (type !== FieldType.float || this.#storedType !== FieldType.float) return true
    const slope = (value - this.#storedValue) / (ns - this.#storedNs)
    return !(slope >= this.#lowest && slope <= this.#highest)
  }

  /** Whether the value has to be stored by itself. The first one has: until then the silence is endless. */
  isNews(ns: number, type: FieldType, text: string, value: number): boolean {
    if (type !== this.#storedType || ns - this.#storedNs >= this.#maxSilenceNs) return true
    if (type !== FieldType.float) return text !== this.#storedText
    if (this.#swings) return false
    const width = this.#share === 0 ? this.#width : this.#share * Math.abs(this.#storedValue)
    return Math.abs(value - this.#storedValue) > width
  }

  /** The value is stored: what comes is compared with it. */
  store(ns: number, type: FieldType, text: string, value: number): void {
    this.#latestNs = ns
    this.#storedNs = ns
    this.#storedType = type
    // Kept only where it is compared: what is kept outlives its message.
    this.#storedText = type === FieldType.float ? '' : text
    this.#storedValue = value
    this.#open()
  }

  /** The value is left out, and the point is not needed any more once a later one has been taken. */
  leaveOut(ns: number): void {
    this.#latestNs = ns
  }

  /** The value is left out with a point that is held: the door swings to it. */
  hold(held: HeldPoint, ns: number, type: FieldType, text: string, value: number): void {
    this.#latestNs = ns
    this.held = held
    this.#heldNs = ns
    this.#heldType = type
    this.#heldText = type === FieldType.float ? '' : text
    this.#heldValue = value
    if (!this.swings(type)) return
    const elapsed = ns - this.#storedNs
    const rise = value - this.#storedValue
    this.#lowest = Math.max(this.#lowest, (rise - this.#width) / elapsed)
    this.#highest = Math.min(this.#highest, (rise + this.#width) / elapsed)
  }

  /** The held point is stored after all. */
  storeHeld(): void {
    this.#storedNs = this.#heldNs
    this.#storedType = this.#heldType
    this.#storedText = this.#heldText
    this.#storedValue = this.#heldValue
    this.#open()
  }

  #open(): void {
    this.held = undefined
    this.#lowest = Number.NEGATIVE_INFINITY
    this.#highest = Number.POSITIVE_INFINITY
  }
}
