import { FieldType, type PointBatch } from '../core/point-batch.js'
import type { LatestValue, LatestValues } from '../core/views.js'

/** A device that invents field names is not followed past this many. */
const MAX_FIELDS = 1_024
/** Nor is one that invents measurements. */
const MAX_SERIES = 256

/**
 * The newest value of each field of one device and measurement, as text. Devices send the same fields in the same
 * order, so each field is first looked for where it stood in the point before.
 */
export class LatestSeries {
  readonly measurement: string
  readonly #names: string[] = []
  readonly #types: FieldType[] = []
  readonly #texts: string[] = []
  readonly #times: string[] = []

  constructor(measurement: string) {
    this.measurement = measurement
  }

  /** Takes over the fields of point `p` that are not older than what is known. `timeNs` is decimal text. */
  note(batch: PointBatch, p: number, timeNs: string): void {
    const from = batch.firstField[p]!
    const end = batch.firstField[p + 1]!
    for (let f = from; f < end; f++)
      this.#noteField(f - from, batch.names[f]!, batch.types[f]!, batch.texts[f]!, timeNs)
  }

  values(): LatestValue[] {
    return this.#names.map((field, i) => ({
      measurement: this.measurement,
      field,
      value: toValue(this.#types[i]!, this.#texts[i]!),
      time: toRfc3339(this.#times[i]!),
    }))
  }

  #noteField(guess: number, name: string, type: FieldType, text: string, timeNs: string): void {
    const at = this.#names[guess] === name ? guess : this.#placeOf(name)
    if (at === MAX_FIELDS || isEarlier(timeNs, this.#times[at])) return
    this.#names[at] = name
    this.#types[at] = type
    this.#texts[at] = text
    this.#times[at] = timeNs
  }

  #placeOf(name: string): number {
    const known = this.#names.indexOf(name)
    return known === -1 ? this.#names.length : known
  }
}

/** The newest values of all devices, by slot. Lost at a restart: history is in the sinks. */
export class LatestValueStore implements LatestValues {
  readonly #bySlot = new Map<number, LatestSeries[]>()

  series(slot: number, measurement: string): LatestSeries {
    const all = this.#bySlot.get(slot) ?? []
    const known = all.find((series) => series.measurement === measurement)
    if (known !== undefined) return known
    const series = new LatestSeries(measurement)
    if (all.length < MAX_SERIES) this.#bySlot.set(slot, [...all, series])
    return series
  }

  of(slot: number): LatestValue[] {
    return (this.#bySlot.get(slot) ?? []).flatMap((series) => series.values())
  }
}

/** Decimal texts without leading zeros compare by length, then by character. */
function isEarlier(timeNs: string, than: string | undefined): boolean {
  if (than === undefined) return false
  return timeNs.length === than.length ? timeNs < than : timeNs.length < than.length
}

function toValue(type: FieldType, text: string): number | string | boolean {
  if (type === FieldType.boolean) return text === 'true'
  if (type === FieldType.string) return text
  const value = Number(text)
  // An integer that a double does not hold stays text.
  return type === FieldType.integer && !Number.isSafeInteger(value) ? text : value
}

function toRfc3339(timeNs: string): string {
  const ms = Number(timeNs.length > 6 ? timeNs.slice(0, -6) : '0')
  const time = new Date(ms)
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString()
}
