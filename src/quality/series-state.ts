import type { RecentPoints } from './duplicates/recent-points.js'
import type { TokenBucket } from './rate/token-bucket.js'
import { type FieldSet, NO_FIELDS } from './series/field-set.js'
import type { DeadbandMemory } from './values/deadband-memory.js'

/**
 * What the stages remember of one series (device, measurement, tag set), whichever topic its points come on. Each stage has
 * a member of its own, which it fills when it first needs it; what grows with the number of series is bounded by the budget,
 * since the stages that remember stand behind it.
 */
export class SeriesState {
  /** Of the device that the series is counted for. */
  readonly slot: number
  readonly measurement: string
  /** Measurement and tag set, as in line protocol. */
  readonly key: string
  /** The fields that the budget has admitted, with the types that they have for good. */
  fields: FieldSet = NO_FIELDS
  /** Times and contents of the last points. */
  recent: RecentPoints | undefined = undefined
  /** What it may still send. */
  rate: TokenBucket | undefined = undefined
  /** What its fields are compared with. */
  deadband: DeadbandMemory | undefined = undefined
  /** The next series of the same device; the store of series walks them. */
  next: SeriesState | undefined = undefined

  constructor(slot: number, measurement: string, key: string) {
    this.slot = slot
    this.measurement = measurement
    this.key = key
  }

  /** Whether the budget has admitted a field of it. Before, the object must not be kept from one message to the next. */
  get isAdmitted(): boolean {
    return this.fields.names.length > 0
  }
}
