import { isWithin } from '../../core/identity.js'
import type {
  LetterSelection,
  LetterTrial,
  Replaying,
  ReplayOptions,
  ReplaySummary,
  TrialSummary,
} from '../../core/replay.js'
import type { ScopedLetters } from './scoped-letters.js'

/** Takes in again the dead letters of one part of the tree, as if there were no others. */
export class ScopedReplay implements Replaying {
  readonly #replaying: Replaying
  readonly #letters: ScopedLetters
  readonly #scope: string

  constructor(replaying: Replaying, letters: ScopedLetters, scope: string) {
    this.#replaying = replaying
    this.#letters = letters
    this.#scope = scope
  }

  get counts(): Replaying['counts'] {
    return this.#replaying.counts
  }

  run(selection: LetterSelection, options?: ReplayOptions): Promise<ReplaySummary> {
    return this.#replaying.run(this.#narrowed(selection), options)
  }

  /** A message can hold points of several devices: those elsewhere are left out. */
  async dryRun(
    selection: LetterSelection,
    trial: LetterTrial,
    options?: ReplayOptions,
  ): Promise<TrialSummary> {
    const summary = await this.#replaying.dryRun(this.#narrowed(selection), trial, options)
    const letters = summary.letters.map((letter) => ({
      ...letter,
      points: letter.points.filter(({ device }) => isWithin(device, this.#scope)),
    }))
    return { ...summary, letters }
  }

  /** A letter that is elsewhere counts as one that is gone. */
  #narrowed(selection: LetterSelection): LetterSelection {
    if (selection.ids !== undefined) return { ...selection, isIn: this.#letters.isIn }
    return { ...selection, filter: this.#letters.narrowed(selection.filter ?? {}) }
  }
}
