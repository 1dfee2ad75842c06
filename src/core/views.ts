import type { Counts, SinkStatus } from './counts.js'
import type { StoredDeadLetter } from './dead-letter.js'
import type { Device } from './device.js'

/** What readers of the counts need: live streams, HTTP, metrics. Counts are of what is on disk. */
export interface LedgerView {
  /** Changes with every change of any count. */
  readonly revision: number
  totals(): Counts
  counts(slot: number): Counts
  sum(slots: Iterable<number>): Counts
  /** Epoch milliseconds of the last block with a message of the device; 0 if there was none since the ledger began. */
  lastReceivedMs(slot: number): number
}

/** The devices seen, as the tree site / area / line / device. */
export interface DeviceDirectory {
  /** Slots run from 1 to this. */
  readonly size: number
  /** Undefined for a device that was removed, whose slot nobody else is given. */
  get(slot: number): Device | undefined
  /** The device with this path, or else the one with this id, or else all with this name. */
  find(idOrNameOrPath: string): readonly Device[]
  /** All devices at or below a path of the tree; '' for all. */
  under(path: string): readonly Device[]
  /** Names of the nodes right below a path of the tree, sorted. */
  childrenOf(path: string): readonly string[]
}

export interface LatestValue {
  readonly measurement: string
  readonly field: string
  readonly value: number | string | boolean
  /** Time of the point, RFC 3339 UTC with milliseconds. */
  readonly time: string
}

/** The newest point per field, as accepted; empty for a device that was silent since the gateway started. */
export interface LatestValues {
  of(slot: number): LatestValue[]
}

export interface DeadLetterQuery {
  /** Only letters with a greater id; for paging from the oldest. */
  readonly afterId?: number
  /** Only letters with a smaller id; for paging from the newest. */
  readonly beforeId?: number
  readonly newestFirst?: boolean
  /** A device path or name, a reason code, a topic; each narrows the list. */
  readonly device?: string
  readonly reason?: string
  readonly topic?: string
  readonly limit: number
}

export interface DeadLetterView {
  /** Id of the newest letter on disk, 0 without any. */
  readonly lastId: number
  readonly count: number
  list(query: DeadLetterQuery): StoredDeadLetter[]
  get(id: number): StoredDeadLetter | undefined
}

export interface SinkStatuses {
  statuses(): readonly SinkStatus[]
}
