import type { DeadLetterReason, StoredDeadLetter } from './dead-letter.js'
import type { LetterTest } from './letter-scope.js'
import type { Trial, TrialPoint } from './trial.js'
import type { DeadLetterFilter } from './views.js'

/** What became of a dead letter that was taken in again. */
export type ReadmitOutcome =
  /** Its points are in the open block; the letter goes in the transaction of that block. */
  | { readonly kind: 'decoded' }
  /** The letter stays, with this reason from now on. */
  | { readonly kind: 'refused'; readonly reason: DeadLetterReason }
  /** Nothing was changed: no route takes its topic, or the like. */
  | { readonly kind: 'unroutable'; readonly cause: string }

/** Takes a letter through the present configuration; what changes joins the open block. */
export type Readmit = (letter: StoredDeadLetter) => ReadmitOutcome

/** The letters of these ids, or those that pass the filter, oldest first. */
export interface LetterSelection {
  readonly ids?: readonly number[]
  readonly filter?: DeadLetterFilter
  /** Of those by ids: any other is as good as gone. A filter has its own. */
  readonly isIn?: LetterTest
  /** Only letters with a greater id: to go on where another run ended. */
  readonly afterId?: number
  /** Only letters up to this id; those that are on disk at the start when absent. */
  readonly throughId?: number
}

export interface ReplayOptions {
  readonly signal?: AbortSignal
  /** Ends the run early, with `next`, when it has taken this long. */
  readonly budgetMs?: number
  /** Ends the run early, with `next`, after this many letters. */
  readonly limit?: number
}

export interface ReplaySummary {
  readonly replayed: number
  /** By code of the reason. */
  readonly refusedAgain: Readonly<Record<string, number>>
  readonly unroutable: number
  /** They hold nothing to replay, are being replayed by another run, or are gone. */
  readonly skipped: number
  /** `afterId` of the next run, after an early end. */
  readonly next: number | undefined
  readonly throughId: number
}

/** What would become of a letter. */
export interface TriedLetter {
  readonly id: number
  readonly kind: 'message' | 'line'
  readonly outcome: 'replayed' | 'refused' | 'unroutable' | 'skipped' | 'untried'
  /** Code of the reason for which it would be refused, else empty. */
  readonly reason: string
  readonly message: string
  readonly points: readonly TrialPoint[]
}

export interface TrialSummary extends ReplaySummary {
  readonly letters: readonly TriedLetter[]
}

/** What replays letters, as others see it. */
export interface Replaying {
  run(selection: LetterSelection, options?: ReplayOptions): Promise<ReplaySummary>
  dryRun(selection: LetterSelection, trial: LetterTrial, options?: ReplayOptions): Promise<TrialSummary>
  /** Since the gateway started. */
  readonly counts: { readonly replayed: number; readonly refusedAgain: number; readonly unroutable: number }
}

/** A trial that can also say what would become of a line that was refused; lines stay untried without it. */
export interface LetterTrial extends Trial {
  /** Or why nothing can become of it. */
  judgeLine?(letter: StoredDeadLetter): TrialPoint | string
}
