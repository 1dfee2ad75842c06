import type { Frame } from './frame.js'
import { Interned, type NamedText, type TextPick } from './interned.js'
import type { Places } from './places.js'

export class Measurements extends Interned<string> {
  readonly #pick: TextPick

  constructor(pick: TextPick, { measurements, noMeasurement }: Places) {
    super(measurements, noMeasurement)
    this.#pick = pick
  }

  protected collect(frame: Frame): void {
    this.addPicked(this.#pick, frame)
  }

  protected create([first]: readonly NamedText[]): string {
    return first?.[1] ?? ''
  }
}
