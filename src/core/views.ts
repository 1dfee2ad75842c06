import type { Counts, SinkStatus } from './counts.js'
import type { StoredDeadLetter } from './dead-letter.js'
import type { Device } from './device.js'
import type { LetterTest } from './letter-scope.js'
import type { ReasonCode } from './reasons.js'

/** Counts by reason; those that are 0 are left out. */
export type CountsByReason = Readonly<Partial<Record<ReasonCode, number>>>

/** What readers of the counts need: live streams, HTTP, metrics. Counts are of what is on disk. */
export interface LedgerView {
  /** Changes with every change of any count. */
  readonly revision: number
  totals(): Counts
  counts(slot: number): Counts
  sum(slots: Iterable<number>): Counts
  /** Of one device, of several, or of all: what did not simply pass, or did not pass as it came. */
  reasons(slots?: Iterable<number>): CountsByReason
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

/** Each narrows the letters. */
export interface DeadLetterFilter {
  /** A device: its path, or the last level of it. */
  readonly device?: string
  /** Devices, beside `device`, by their slots; the index that they have is made use of. */
  readonly slots?: readonly number[]
  readonly reason?: string
  /** A topic, or a topic filter with `+` and `#`. */
  readonly topic?: string
  /** Any of these, each as `topic`. */
  readonly topics?: readonly string[]
  /** Epoch milliseconds, inclusive. */
  readonly fromMs?: number
  /** Epoch milliseconds, exclusive. */
  readonly toMs?: number
  /** Who asks may see no other. */
  readonly isIn?: LetterTest
}

export interface DeadLetterQuery extends DeadLetterFilter {
  /** Only letters with a greater id; for paging from the oldest. */
  readonly afterId?: number
  /** Only letters with a smaller id; for paging from the newest. */
  readonly beforeId?: number
  readonly newestFirst?: boolean
  readonly limit: number
}

/** What a search found before it came to its limit. */
export interface DeadLetterScan {
  readonly letters: StoredDeadLetter[]
  /** The last id that was looked at: `beforeId` or `afterId` of what comes next; undefined at the end. */
  readonly next: number | undefined
}

export interface DeadLetterView {
  /** Changes with every change of the letters. */
  readonly revision: number
  /** The greatest id that a letter on disk has or had, 0 without any. */
  readonly lastId: number
  readonly count: number
  /** What the letters take on disk. */
  readonly bytes: number
  /** Looks at `maxScanned` letters at the most. */
  scan(query: DeadLetterQuery, maxScanned: number): DeadLetterScan
  list(query: DeadLetterQuery): StoredDeadLetter[]
  get(id: number): StoredDeadLetter | undefined
}

export interface SinkStatuses {
  statuses(): readonly SinkStatus[]
}
