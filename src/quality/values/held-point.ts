import type { FieldBand } from './field-band.js'

/** A point that a swinging door keeps back, counted as filtered: its line, and the fields that it holds. */
export class HeldPoint {
  line = ''
  /** Every field of the point: all have a deadband, or it would not be held. */
  readonly bands: readonly FieldBand[]

  constructor(bands: readonly FieldBand[]) {
    this.bands = bands
  }
}
