import type { DeadLetterReason, StoredDeadLetter } from '../core/dead-letter.js'
import type { Filtered, Refused } from '../core/judgement.js'
import type { ReasonCode } from '../core/reasons.js'
import { Column } from '../core/tally.js'
import type { Spool } from '../spool/spool.js'
import type { Outcomes } from './outcomes.js'
import type { PointInHand } from './point-in-hand.js'

/**
 * What becomes of the point of a letter that is readmitted: it was decoded and counted when it came, and moves from
 * dead-lettered to where it belongs now.
 */
export class Readmission implements Outcomes {
  /** Set if it was refused again. */
  refusal: DeadLetterReason | undefined
  readonly #spool: Spool
  readonly #letter: StoredDeadLetter

  constructor(spool: Spool, letter: StoredDeadLetter) {
    this.#spool = spool
    this.#letter = letter
  }

  kept(point: PointInHand): void {
    this.#leave()
    this.#spool.open.append(point.line(), 1)
  }

  filtered(_point: PointInHand, { reason }: Filtered): void {
    this.#leave()
    this.#add(Column.pointsFiltered, 1)
    this.#addReason(reason, 1)
  }

  refused(_point: PointInHand, { reason, message }: Refused): void {
    this.refusal = { code: reason, message }
  }

  noted(_point: PointInHand, reason: ReasonCode): void {
    this.#addReason(reason, 1)
  }

  released(_point: PointInHand, line: string, reason: ReasonCode): void {
    this.#spool.open.append(line, 1)
    this.#add(Column.pointsFiltered, -1)
    this.#addReason(reason, -1)
  }

  #leave(): void {
    this.#add(Column.pointsDeadLettered, -1)
    this.#addReason(this.#letter.reason.code, -1)
  }

  #add(column: Column, count: number): void {
    this.#spool.open.tally.add(this.#letter.slot, column, count)
  }

  #addReason(reason: ReasonCode, count: number): void {
    this.#spool.open.tally.addReason(this.#letter.slot, reason, count)
  }
}
