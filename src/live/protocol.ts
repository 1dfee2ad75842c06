/**
 * The frames of `/live`, as schemas and as types. Both sides share this file; the page imports its types only.
 * docs/live-protocol.md describes them for people, docs/asyncapi.yaml for tools.
 */
import { type Static, type TSchema, Type } from 'typebox'
import { ROLES } from '../core/identity.js'
import {
  Count,
  CountsState,
  DeadLettered,
  DeadLettersState,
  PresenceState,
  Time,
  ValuesState,
} from './protocol-data.js'

export * from './protocol-data.js'

/** Raised when a frame changes in a way that an older client would misread. */
export const PROTOCOL_VERSION = 1

export const MAX_ID_LENGTH = 64
export const MAX_SCOPE_LENGTH = 1024
/** Levels of the tree: site, area, line, device. */
export const MAX_DEPTH = 4
export const DEFAULT_INTERVAL_MS = 1000

const SubscriptionId = Type.String({ minLength: 1, maxLength: MAX_ID_LENGTH })
/** A path site/area/line/device of one to four levels, or empty for all. */
const Scope = Type.String({ maxLength: MAX_SCOPE_LENGTH, pattern: '^$|^[^/]+(/[^/]+){0,3}$' })

export const TOPICS = ['counts', 'values', 'deadLetters', 'presence'] as const
export type Topic = (typeof TOPICS)[number]
const AnyTopic = Type.Union([
  Type.Literal('counts'),
  Type.Literal('values'),
  Type.Literal('deadLetters'),
  Type.Literal('presence'),
])

// What a client sends. Unknown keys are refused: a misspelt key would otherwise be a default in disguise.

export const Subscribe = Type.Object(
  {
    type: Type.Literal('subscribe'),
    id: SubscriptionId,
    topic: AnyTopic,
    scope: Type.Optional(Scope),
    intervalMs: Type.Optional(Type.Number({ minimum: 0 })),
    depth: Type.Optional(Type.Integer({ minimum: 0, maximum: MAX_DEPTH })),
  },
  { additionalProperties: false },
)
export type Subscribe = Static<typeof Subscribe>

export const Unsubscribe = Type.Object(
  { type: Type.Literal('unsubscribe'), id: SubscriptionId },
  { additionalProperties: false },
)
export type Unsubscribe = Static<typeof Unsubscribe>

export type ClientMessage = Subscribe | Unsubscribe

// What the server sends. A client ignores keys and types that it does not know.

export const Hello = Type.Object({
  type: Type.Literal('hello'),
  protocolVersion: Type.Literal(PROTOCOL_VERSION),
  gatewayId: Type.String(),
  time: Time,
  /** Silence for longer than a few of these means that the connection is dead. */
  heartbeatMs: Type.Integer({ minimum: 1 }),
  /** Who is connected, and the part of the tree that they see: what `scope` may name, and what it is when left out. */
  identity: Type.Object({ name: Type.String(), role: Type.Enum([...ROLES]), scope: Type.String() }),
  /** Where a device would publish: the address the broker is bound to and a topic that a route matches. */
  publish: Type.Optional(Type.Object({ host: Type.String(), port: Type.Integer(), topic: Type.String() })),
})
export type Hello = Static<typeof Hello>

/** `skipped`: updates left out since the last frame of this subscription, so `seq` grows by `skipped + 1`. */
const SEQUENCED = {
  id: SubscriptionId,
  seq: Count,
  skipped: Count,
  time: Time,
}

const SUBSCRIBED = { ...SEQUENCED, scope: Scope, intervalMs: Count, depth: Count }

/** Dead letters of the scope since this subscription began. */
const ARRIVED = { arrived: DeadLettered }

const SnapshotType = { type: Type.Literal('snapshot') }
export const Snapshot = Type.Union([
  Type.Object({ ...SnapshotType, topic: Type.Literal('counts'), ...SUBSCRIBED, data: CountsState }),
  Type.Object({ ...SnapshotType, topic: Type.Literal('values'), ...SUBSCRIBED, data: ValuesState }),
  Type.Object({
    ...SnapshotType,
    topic: Type.Literal('deadLetters'),
    ...SUBSCRIBED,
    ...ARRIVED,
    data: DeadLettersState,
  }),
  Type.Object({ ...SnapshotType, topic: Type.Literal('presence'), ...SUBSCRIBED, data: PresenceState }),
])
export type Snapshot = Static<typeof Snapshot>

const UpdateType = { type: Type.Literal('update') }
export const Update = Type.Union([
  Type.Object({ ...UpdateType, topic: Type.Literal('counts'), ...SEQUENCED, data: CountsState }),
  Type.Object({ ...UpdateType, topic: Type.Literal('values'), ...SEQUENCED, data: ValuesState }),
  Type.Object({
    ...UpdateType,
    topic: Type.Literal('deadLetters'),
    ...SEQUENCED,
    ...ARRIVED,
    data: DeadLettersState,
  }),
  Type.Object({ ...UpdateType, topic: Type.Literal('presence'), ...SEQUENCED, data: PresenceState }),
])
export type Update = Static<typeof Update>

/** Sent after `heartbeatMs` without any other frame: what was sent last is still true. */
export const Heartbeat = Type.Object({ type: Type.Literal('heartbeat'), time: Time })
export type Heartbeat = Static<typeof Heartbeat>

/** The connection stays. `id`: the subscription that the error is about. */
export const ErrorMessage = Type.Object({
  type: Type.Literal('error'),
  code: Type.String({ pattern: '^LG_[A-Z_]+$' }),
  message: Type.String(),
  id: Type.Optional(Type.String()),
})
export type ErrorMessage = Static<typeof ErrorMessage>

export type ServerMessage = Hello | Snapshot | Update | Heartbeat | ErrorMessage

/** Every frame by its `type`. */
export const FRAMES = {
  subscribe: Subscribe,
  unsubscribe: Unsubscribe,
  hello: Hello,
  snapshot: Snapshot,
  update: Update,
  heartbeat: Heartbeat,
  error: ErrorMessage,
} as const satisfies Record<string, TSchema>

/** Close codes (RFC 6455, 7.4, and the registry of IANA) that the server uses. */
export const CloseCode = {
  goingAway: 1001,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  /** The session or the token ended: signed out, expired, revoked, or given another role or scope. */
  signedOut: 4401,
} as const
