export const FieldType = { float: 0, integer: 1, boolean: 2, string: 3 } as const
export type FieldType = (typeof FieldType)[keyof typeof FieldType]

export interface Tag {
  readonly name: string
  readonly value: string
}

export const NO_TAGS: readonly Tag[] = []

/**
 * The points of one message, by columns, reused from message to message so that decoding allocates nothing
 * but the texts themselves.
 *
 *     point p   measurements[p]  tags[p]  times[p]   fields firstField[p] … firstField[p + 1] − 1
 *     field f   names[f]  types[f]  texts[f]
 *
 * A value is kept as text, since that is how it came and how it leaves: a float or an integer in decimal,
 * `true` or `false`, or the characters of a string. Numbers therefore stay exact.
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
  readonly firstField: number[] = [0]
  readonly names: string[] = []
  readonly types: FieldType[] = []
  readonly texts: string[] = []

  clear(): void {
    this.points = 0
    this.fields = 0
  }

  field(name: string, type: FieldType, text: string): void {
    const f = this.fields++
    this.names[f] = name
    this.types[f] = type
    this.texts[f] = text
  }

  /** Fields added since the last point. */
  get openFields(): number {
    return this.fields - this.firstField[this.points]!
  }

  /** Closes a point over the fields added since the last one; without any there is no point. */
  point(measurement: string, tags: readonly Tag[], timeNs: string): void {
    if (this.openFields === 0) return
    const p = this.points++
    this.measurements[p] = measurement
    this.tags[p] = tags
    this.times[p] = timeNs
    this.firstField[p + 1] = this.fields
  }
}
