import type { DeadbandStage } from './deadband-stage.js'
import type { FieldBand } from './field-band.js'
import type { HeldPoint } from './held-point.js'
import { TimeAxis } from './time-axis.js'

/** What the deadband remembers of one series. */
export class DeadbandMemory {
  /** The stage that it is of: another one, after a change of the configuration, begins anew. */
  readonly owner: DeadbandStage
  readonly axis: TimeAxis
  /** By the position of the field in the point, as a first guess. */
  readonly #atPosition: (FieldBand | undefined)[] = []
  readonly #byName = new Map<string, FieldBand>()

  constructor(owner: DeadbandStage, timeNs: string) {
    this.owner = owner
    this.axis = new TimeAxis(timeNs)
  }

  /** Undefined for a field that is new to the series, or has no deadband. */
  band(position: number, name: string): FieldBand | undefined {
    const guess = this.#atPosition[position]
    if (guess !== undefined && guess.name === name) return guess
    const band = this.#byName.get(name)
    if (band !== undefined) this.#atPosition[position] = band
    return band
  }

  add(band: FieldBand): FieldBand {
    this.#byName.set(band.name, band)
    return band
  }

  /** Points that are held, each once. */
  held(): Set<HeldPoint> {
    const held = new Set<HeldPoint>()
    for (const band of this.#byName.values()) if (band.held !== undefined) held.add(band.held)
    return held
  }
}
