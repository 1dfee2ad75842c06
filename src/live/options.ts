export interface LiveOptions {
  /** Subscriptions' intervals are clamped to these and rounded up to a multiple of the smallest. */
  readonly minIntervalMs: number
  readonly maxIntervalMs: number
  /** A device is active when it was heard from within this time. */
  readonly activeWithinMs: number
  /** A connection to which nothing else was sent for this long gets a heartbeat. */
  readonly heartbeatMs: number
  readonly pingIntervalMs: number
  readonly maxConnections: number
  /** Per connection. */
  readonly maxSubscriptions: number
  readonly maxFrameBytes: number
  /** Past this, updates are left out until the operator has read some. */
  readonly maxBufferedBytes: number
  /** An operator that has not read anything for this long, with `maxBufferedBytes` waiting, is disconnected. */
  readonly stalledAfterMs: number
  /** Nodes of one level of the tree in one frame. */
  readonly maxNodesPerLevel: number
  /** Devices in one frame of values. */
  readonly maxDevices: number
  /** Dead letters in one frame. */
  readonly maxLetters: number
  /** Shown by an empty page: where a device would publish. */
  readonly publish?: PublishAddress
}

export interface PublishAddress {
  readonly host: string
  readonly port: number
  readonly topic: string
}

export const DEFAULT_LIVE_OPTIONS: LiveOptions = {
  minIntervalMs: 100,
  maxIntervalMs: 60_000,
  activeWithinMs: 60_000,
  heartbeatMs: 2_000,
  pingIntervalMs: 20_000,
  maxConnections: 5_000,
  maxSubscriptions: 64,
  maxFrameBytes: 4_096,
  maxBufferedBytes: 1_048_576,
  stalledAfterMs: 30_000,
  maxNodesPerLevel: 500,
  maxDevices: 500,
  maxLetters: 20,
}

/** The interval that a subscription gets; few distinct intervals mean few feeds. */
export function effectiveIntervalMs(wantedMs: number, { minIntervalMs, maxIntervalMs }: LiveOptions): number {
  const rounded = Math.ceil(wantedMs / minIntervalMs) * minIntervalMs
  return Math.min(maxIntervalMs, Math.max(minIntervalMs, rounded))
}
