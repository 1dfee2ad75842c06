import type { ReasonCode } from './reasons.js'

/** Why a message or a point could not go on; `code` is stable, `message` is for people. */
export interface DeadLetterReason {
  readonly code: ReasonCode
  readonly message: string
}

/** The slot of a letter that the ledger counts nowhere. */
export const NOT_COUNTED = -1

/** Something that could not be decoded or stored, kept with all that is needed to look at it and replay it. */
export interface DeadLetter {
  /** `message`: a message as it came in. `line`: one line of line protocol that quality or a sink refused. */
  readonly kind: 'message' | 'line'
  /** Epoch milliseconds of arrival (message; line that quality refused) or of the refusal (by a sink). */
  readonly timeMs: number
  /** Where the ledger counts it as dead-lettered; `NOT_COUNTED` for what a sink other than the primary refused. */
  readonly slot: number
  readonly reason: DeadLetterReason
  /** Path of the device, empty if none is known. */
  readonly device: string
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly clientId: string
  /** Name of the sink that refused the line; empty for a message and for what quality refused. */
  readonly sink: string
  /** Of a line: units that the payload gave, by field. */
  readonly units?: Readonly<Record<string, string>>
  /** The payload as it came in, or the line as it was decoded, without its newline. */
  readonly payload: Buffer
}

/** A dead letter as read back; ids ascend in order of arrival. */
export interface StoredDeadLetter extends DeadLetter {
  readonly id: number
}
