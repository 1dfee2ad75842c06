/** What the topics of `/live` carry, as schemas and as types; protocol.ts has the frames around it. */
import { type Static, Type } from 'typebox'

export const Count = Type.Integer({ minimum: 0 })
const PerSecond = Type.Number({ minimum: 0 })
/** RFC 3339, UTC, milliseconds. */
export const Time = Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' })

const Messages = Type.Object({
  received: Count,
  decoded: Count,
  ignored: Count,
  deadLettered: Count,
  refused: Count,
})

const Points = Type.Object({
  decoded: Count,
  stored: Count,
  filtered: Count,
  deadLettered: Count,
  pending: Count,
})

const Rates = Type.Object({
  messagesReceived: PerSecond,
  pointsDecoded: PerSecond,
  pointsStored: PerSecond,
  /** Messages and points together. */
  deadLettered: PerSecond,
})
export type Rates = Static<typeof Rates>

/** `active`: heard from within `live.activeWithinMs`. */
const DeviceCounts = Type.Object({ seen: Count, active: Count })

const Fraction = Type.Union([Type.Number({ minimum: 0 }), Type.Null()])

/** All but `discovered` are of confirmed devices: `registered = fresh + stale + offline + unknown`. */
const DEVICES_BY_STATE = {
  registered: Count,
  discovered: Count,
  connected: Count,
  fresh: Count,
  stale: Count,
  offline: Count,
  unknown: Count,
}

/**
 * How much is connected. Rates are fractions: null where there is nothing to
 * divide by. `networkingRate`: fresh / registered; `sessionRate`: connected / registered; `deliveryRate`: received /
 * expected messages.
 */
const Networking = Type.Object({
  ...DEVICES_BY_STATE,
  networkingRate: Fraction,
  sessionRate: Fraction,
  deliveryRate: Type.Object({ minute: Fraction, hour: Fraction, shift: Fraction }),
})

/** What was made in the shift that runs; since the last one ended while none does. Absent where nothing is counted. */
const Production = Type.Object({
  shift: Type.Union([Type.Object({ name: Type.String(), day: Type.String() }), Type.Null()]),
  good: Count,
  bad: Count,
  cycles: Count,
  availability: Fraction,
  effectiveness: Fraction,
  qualityRatio: Fraction,
  oee: Fraction,
})
export type LiveProduction = Static<typeof Production>

const NODE_COUNTS = {
  messages: Messages,
  points: Points,
  rates: Rates,
  devices: DeviceCounts,
  networking: Networking,
  production: Type.Optional(Production),
}

/**
 * One node of the tree. `device`: a device has exactly this path. `omitted`: nodes right below that are left out
 * to bound the frame; the node's own counts include them.
 */
export const CountsNode = Type.Cyclic(
  {
    CountsNode: Type.Object({
      name: Type.String(),
      device: Type.Boolean(),
      ...NODE_COUNTS,
      children: Type.Optional(Type.Array(Type.Ref('CountsNode'))),
      omitted: Type.Optional(Count),
    }),
  },
  'CountsNode',
)
export type CountsNode = Static<typeof CountsNode>

const Sink = Type.Object({
  name: Type.String(),
  type: Type.String(),
  primary: Type.Boolean(),
  state: Type.Union([Type.Literal('ok'), Type.Literal('retrying')]),
  storedPoints: Count,
  deadLetteredPoints: Count,
  pendingPoints: Count,
  lagMs: Type.Number({ minimum: 0 }),
  lastError: Type.String(),
})

export const CountsState = Type.Object({
  ...NODE_COUNTS,
  sinks: Type.Array(Sink),
  children: Type.Optional(Type.Array(CountsNode)),
  omitted: Type.Optional(Count),
})
export type CountsState = Static<typeof CountsState>

const DeviceValues = Type.Object({
  device: Type.String(),
  values: Type.Array(
    Type.Object({
      measurement: Type.String(),
      field: Type.String(),
      value: Type.Union([Type.Number(), Type.String(), Type.Boolean()]),
      time: Type.String(),
    }),
  ),
})
export type DeviceValues = Static<typeof DeviceValues>

/** `omitted`: devices in scope whose values are left out to bound the frame. */
export const ValuesState = Type.Object({ devices: Type.Array(DeviceValues), omitted: Count })
export type ValuesState = Static<typeof ValuesState>

const Letter = Type.Object({
  id: Count,
  time: Time,
  kind: Type.Union([Type.Literal('message'), Type.Literal('line')]),
  device: Type.String(),
  topic: Type.String(),
  sink: Type.String(),
  reason: Type.Object({ code: Type.String(), message: Type.String() }),
})
export type Letter = Static<typeof Letter>

/** Dead letters of the scope as the ledger counts them, since it began. */
export const DeadLettered = Type.Object({ messages: Count, points: Count })
export type DeadLettered = Static<typeof DeadLettered>

/** `kept`: letters on disk, of the whole gateway. `letters`: the newest of the scope, newest first, without payload. */
export const DeadLettersState = Type.Object({
  deadLettered: DeadLettered,
  kept: Count,
  letters: Type.Array(Letter),
})
export type DeadLettersState = Static<typeof DeadLettersState>

const StateName = Type.Union([
  Type.Literal('unknown'),
  Type.Literal('online'),
  Type.Literal('stale'),
  Type.Literal('offline'),
])

/** A code for programs, and a sentence with its numbers for people. */
const Reason = Type.Object({ code: Type.String(), en: Type.String(), zh: Type.String() })

/** Devices of the scope. */
const PresenceSums = Type.Object(DEVICES_BY_STATE)
export type PresenceSums = Static<typeof PresenceSums>

/** `lastHeard`: absent for a device that was never heard; as of the last change of the device. */
const DevicePresence = Type.Object({
  device: Type.String(),
  status: Type.Union([Type.Literal('confirmed'), Type.Literal('discovered')]),
  state: StateName,
  connected: Type.Boolean(),
  clientId: Type.String(),
  since: Time,
  lastHeard: Type.Optional(Time),
  reason: Reason,
})
export type DevicePresence = Static<typeof DevicePresence>

const PresenceTransition = Type.Object({
  id: Count,
  device: Type.String(),
  from: StateName,
  to: StateName,
  time: Time,
  reason: Reason,
})
export type PresenceTransition = Static<typeof PresenceTransition>

/**
 * `devices`: in a snapshot all that are shown, in an update those that changed, once those in `removed` (paths) are taken
 * away. `omitted`: devices in scope that are left out to bound the frame. `transitions`: of all devices in scope, oldest
 * first; in a snapshot the newest ones, in an update those since the frame before, of which `transitionsOmitted` are left out.
 */
export const PresenceState = Type.Object({
  sums: PresenceSums,
  devices: Type.Array(DevicePresence),
  removed: Type.Array(Type.String()),
  omitted: Count,
  transitions: Type.Array(PresenceTransition),
  transitionsOmitted: Count,
})
export type PresenceState = Static<typeof PresenceState>
