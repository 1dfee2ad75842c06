import type { Presence } from './presence.js'

/** What readers of presence need: live streams, HTTP, metrics. */
export type PresenceView = Pick<
  Presence,
  | 'tree'
  | 'sums'
  | 'of'
  | 'device'
  | 'counts'
  | 'isFresh'
  | 'isConnected'
  | 'revision'
  | 'changedAfter'
  | 'totalTransitions'
  | 'transitionsAfter'
>
