/** The ledger's entries, for one device or in total. */
export interface Counts {
  /** `received = decoded + ignored + deadLettered + refused`. */
  readonly messages: MessageCounts
  /** `decoded = stored + filtered + deadLettered + pending`; stored means by the primary sink. */
  readonly points: PointCounts
}

export interface MessageCounts {
  readonly received: number
  readonly decoded: number
  readonly ignored: number
  readonly deadLettered: number
  readonly refused: number
}

export interface PointCounts {
  readonly decoded: number
  readonly stored: number
  readonly filtered: number
  readonly deadLettered: number
  readonly pending: number
}

/** One sink's own line in the ledger, and how far behind it is. */
export interface SinkStatus {
  readonly name: string
  readonly type: string
  /** The first sink of the configuration: its settling is what the ledger calls stored. */
  readonly primary: boolean
  readonly state: 'ok' | 'retrying'
  readonly storedPoints: number
  readonly deadLetteredPoints: number
  readonly pendingPoints: number
  /** Age in milliseconds of the oldest block that the sink has not settled; 0 without any. */
  readonly lagMs: number
  /** The sink's own words for its last failure while `state` is `retrying`, else empty. */
  readonly lastError: string
}
