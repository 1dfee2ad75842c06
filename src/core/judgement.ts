import type { ReasonCode } from './reasons.js'

/** The point is left out on purpose: counted as filtered, under its reason. */
export interface Filtered {
  readonly kind: 'filter'
  readonly reason: ReasonCode
}

/** The point becomes a dead letter. */
export interface Refused {
  readonly kind: 'refuse'
  readonly reason: ReasonCode
  /** What is wrong, for people: names the field and its value. */
  readonly message: string
}

/** What a decoder or a stage of quality makes of a point. */
export type Judgement = 'keep' | Filtered | Refused

/** One object per reason, made when a stage is compiled. */
export function filtered(reason: ReasonCode): Filtered {
  return { kind: 'filter', reason }
}

export function refused(reason: ReasonCode, message: string): Refused {
  return { kind: 'refuse', reason, message }
}
