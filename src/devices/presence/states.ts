/** The states as they are kept and stored: `stateCode` of the measurement `presence`. */
export const State = { unknown: 0, online: 1, stale: 2, offline: 3 } as const
export type State = (typeof State)[keyof typeof State]

export type PresenceState = keyof typeof State

export const STATE_NAMES: readonly PresenceState[] = ['unknown', 'online', 'stale', 'offline']

/** Why a device is in its state; the numbers are kept on disk, the names are `reason.code`. */
export const Cause = {
  neverSeen: 0,
  heard: 1,
  silent: 2,
  mute: 3,
  reconnected: 4,
  disconnected: 5,
  lost: 6,
  died: 7,
  notBack: 8,
  nodeDied: 9,
} as const
export type Cause = (typeof Cause)[keyof typeof Cause]

export const CAUSE_CODES: readonly string[] = [
  'never_seen',
  'heard',
  'silent',
  'no_message',
  'reconnected',
  'disconnected',
  'connection_lost',
  'death_certificate',
  'not_back',
  'edge_node_death',
]
