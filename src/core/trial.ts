import type { ReasonCode } from './reasons.js'

/** A message to be tried: read by the configuration, without being counted, stored or remembered. */
export interface TrialMessage {
  readonly topic: string
  readonly payload: Buffer
  readonly clientId: string
  /** Epoch milliseconds. */
  readonly arrivalMs: number
}

export interface TrialField {
  readonly name: string
  readonly type: 'float' | 'integer' | 'boolean' | 'string'
  /** As in line protocol, without quotes and suffixes. */
  readonly text: string
}

/** A point, and what quality would make of it. */
export interface TrialPoint {
  /** Path of the device. */
  readonly device: string
  readonly measurement: string
  /** Without those of the device. */
  readonly tags: Readonly<Record<string, string>>
  readonly fields: readonly TrialField[]
  /** Nanoseconds since the epoch, in decimal. */
  readonly timeNs: string
  readonly timeFrom: 'device' | 'arrival'
  readonly outcome: 'stored' | 'filtered' | 'deadLettered'
  /** Why it is not stored; empty if it is. */
  readonly reason: ReasonCode | ''
  readonly message: string
  /** Reasons under which it passed other than as it came. */
  readonly notes: readonly ReasonCode[]
}

/** Why a message has no points. */
export interface TrialFailure {
  readonly reason: ReasonCode
  readonly message: string
  /** Where in the document, from its root, such as `values[3].v`; empty where no one place is at fault. */
  readonly path: string
  /** From 1, where the payload is text and the place is known; else 0. */
  readonly line: number
  readonly column: number
}

export interface TrialResult {
  readonly topic: string
  /** Topic pattern of the route that matched; empty if none does, and the message would be ordinary MQTT traffic. */
  readonly route: string
  readonly decoder: string
  readonly points: readonly TrialPoint[]
  readonly failure?: TrialFailure
}

/** Reads messages by a configuration, one after the other, as the gateway would if it had just started with it. */
export interface Trial {
  run(messages: readonly TrialMessage[]): readonly TrialResult[]
}
