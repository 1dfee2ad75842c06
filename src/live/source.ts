import type { DeviceTree } from '../core/registry.js'
import type { DeadLetterView, DeviceDirectory, LatestValues, SinkStatuses } from '../core/views.js'
import type { NetworkingView } from '../devices/networking/figures.js'
import type { PresenceView } from '../devices/presence/presence-view.js'
import type { ProductionView } from '../devices/production/view.js'
import type { FollowedLedger } from '../ledger/ledger.js'
import type { LiveOptions } from './options.js'
import type { DeadLettered, Topic } from './protocol.js'

/** What live streams read; none of it is on the path of a message. */
export interface Views {
  readonly ledger: FollowedLedger
  readonly devices: DeviceDirectory
  /** Of the devices in the directory. */
  readonly tree: DeviceTree
  readonly networking: NetworkingView
  readonly latest: LatestValues
  readonly deadLetters: DeadLetterView
  readonly sinks: SinkStatuses
  readonly presence: PresenceView
  /** Absent where nothing is counted. */
  readonly production?: Pick<ProductionView, 'revision' | 'of' | 'ofNode'>
}

/** What makes subscriptions equal: they share one feed. */
export interface FeedRequest {
  readonly topic: Topic
  readonly scope: string
  /** What its readers may see at the most: the scope of their identity. '' for those who may see the whole gateway. */
  readonly within: string
  readonly intervalMs: number
  readonly depth: number
}

/** When a sample was taken: `wallMs` since the epoch, `steadyMs` on a clock that never steps. */
export interface Instant {
  readonly wallMs: number
  readonly steadyMs: number
}

/** The state that a feed streams. Serialised at most once per sample, whoever many read it. */
export interface Source {
  /** An update carries only what changed, so a reader that missed one needs the whole state. */
  readonly incremental: boolean
  /** The last change cannot be told by what changed: everyone gets the whole state. */
  readonly isAnew?: boolean
  /** Looks at the counters; true when the state differs from the last sample's. */
  sample(now: Instant): boolean
  /** JSON of the whole state. */
  whole(): string
  /** JSON of what an update carries. */
  change(): string
  /** Counts since the ledger began, of which each subscription is told its own part; undefined for most topics. */
  deadLettered(): DeadLettered | undefined
}

export type SourceOptions = Pick<
  LiveOptions,
  'activeWithinMs' | 'maxNodesPerLevel' | 'maxDevices' | 'maxLetters'
>
