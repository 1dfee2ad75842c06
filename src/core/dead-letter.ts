/** Why a message or a point could not go on; `code` is stable, `message` is for people. */
export interface DeadLetterReason {
  readonly code: string
  readonly message: string
}

/** Something that could not be decoded or stored, kept with all that is needed to look at it and replay it. */
export interface DeadLetter {
  /** `message`: a message as it came in. `line`: one line of line protocol that a sink refused. */
  readonly kind: 'message' | 'line'
  /** Epoch milliseconds of arrival (message) or of the refusal (line). */
  readonly timeMs: number
  readonly reason: DeadLetterReason
  /** Path of the device, empty if none is known. */
  readonly device: string
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly clientId: string
  /** Name of the sink that refused the line; empty for a message. */
  readonly sink: string
  /** The payload as it came in, or the line without its newline. */
  readonly payload: Buffer
}

/** A dead letter as read back; ids ascend in order of arrival. */
export interface StoredDeadLetter extends DeadLetter {
  readonly id: number
}
