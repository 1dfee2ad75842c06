/**
 * The configuration, declared once: names, types, defaults, bounds and what each key means. The loader validates
 * with it, editors complete with it (config/schema.json), docs/configuration.md is generated from it.
 */
import Type, { type Static } from 'typebox'
import { DeadLetters } from './schema-dead-letters.js'
import { Devices } from './schema-devices.js'
import { Http } from './schema-http.js'
import { Identifiers } from './schema-identifiers.js'
import { Mqtt } from './schema-mqtt.js'
import { CLOSED, SECTION, text, wholeNumber } from './schema-parts.js'
import { Quality } from './schema-quality.js'
import { Routes } from './schema-routes.js'
import { Security } from './schema-security.js'
import { Shifts } from './schema-shifts.js'
import { Sinks } from './schema-sinks.js'
import { Sparkplug } from './schema-sparkplug.js'

const MIB = 1_048_576

const Gateway = Type.Object(
  {
    id: text('Name of this gateway in live streams, metrics and logs.', {
      pattern: '^[^\\s/+#]+$',
      maxLength: 64,
      default: 'linegate',
      examples: ['plant-1'],
    }),
    dataDirectory: text(
      'Where the spool and the embedded store live; a relative path starts at the working directory.',
      { default: './data' },
    ),
  },
  { ...SECTION, description: 'This gateway.' },
)

const Spool = Type.Object(
  {
    flushIntervalMs: wholeNumber('A block is closed and flushed to disk after this time at the latest.', {
      default: 2,
      minimum: 1,
      maximum: 1_000,
    }),
    blockBytes: wholeNumber('A block is closed earlier when it reaches this size.', {
      default: 262_144,
      minimum: 4_096,
      maximum: 64 * MIB,
    }),
    maxUnflushedBytes: wholeNumber('Past this size on the way to the disk, no more is read from clients.', {
      default: 16 * MIB,
      minimum: 65_536,
    }),
    maxBytes: wholeNumber('Size of the backlog on disk that counts as full.', {
      default: 10 * 1024 ** 3,
      minimum: MIB,
    }),
    whenFull: Type.Enum(['hold', 'drop-oldest'], {
      description:
        'hold: acknowledgements wait and devices keep what they have. drop-oldest: the oldest blocks are dropped, their points counted as dead-lettered.',
      default: 'hold',
    }),
  },
  { ...SECTION, description: 'What is on disk before it is acknowledged, and until every sink has it.' },
)

const Live = Type.Object(
  {
    maxBufferedBytes: wholeNumber(
      'An operator with more unsent bytes than this gets no updates until it drains.',
      {
        default: MIB,
        minimum: 65_536,
      },
    ),
    stalledAfterMs: wholeNumber('An operator that has not drained for this long is disconnected.', {
      default: 30_000,
      minimum: 1_000,
    }),
    activeWithinMs: wholeNumber('A device heard from within this time counts as active.', {
      default: 60_000,
      minimum: 1_000,
    }),
    minIntervalMs: wholeNumber('Shortest interval between updates that an operator may ask for.', {
      default: 100,
      minimum: 10,
      maximum: 60_000,
    }),
    maxConnections: wholeNumber('Operators connected at once; more are turned away.', {
      default: 5_000,
      minimum: 1,
    }),
    allowedOrigins: Type.Array(Type.String({ format: 'origin' }), {
      description: 'Origins of web pages that may connect, beside those that the gateway serves itself.',
      default: [],
      examples: [['https://console.example']],
    }),
  },
  { ...SECTION, description: 'Live streams to operators.' },
)

const Log = Type.Object(
  {
    level: Type.Enum(['debug', 'info', 'warn', 'error'], {
      description: 'Lines below this level are left out.',
      default: 'info',
    }),
    format: Type.Enum(['json', 'pretty'], {
      description: 'json: one object a line, for machines. pretty: for people.',
      default: 'json',
    }),
  },
  { ...SECTION, description: 'The log, on standard error.' },
)

export const ConfigSchema = Type.Object(
  {
    gateway: Gateway,
    mqtt: Mqtt,
    http: Http,
    security: Security,
    routes: Routes,
    quality: Quality,
    sparkplug: Sparkplug,
    sinks: Sinks,
    spool: Spool,
    deadLetters: DeadLetters,
    live: Live,
    devices: Devices,
    shifts: Shifts,
    identifiers: Identifiers,
    log: Log,
  },
  CLOSED,
)

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T

/** A whole, valid configuration: every default filled in, paths absolute, deeply frozen. */
export type GatewayConfig = DeepReadonly<Static<typeof ConfigSchema>>
export type ListenerConfig = GatewayConfig['mqtt']['listeners'][number]
export type MqttConfig = GatewayConfig['mqtt']
export type ProfileConfig = MqttConfig['profiles'][string]
export type SecurityConfig = GatewayConfig['security']
export type RouteConfig = GatewayConfig['routes'][number]
export type QualityConfig = GatewayConfig['quality']
export type SparkplugConfig = GatewayConfig['sparkplug']
export type SinkConfig = GatewayConfig['sinks'][number]
export type InfluxSinkConfig = Extract<SinkConfig, { readonly type: 'influxdb' }>
export type DuckDbSinkConfig = Extract<SinkConfig, { readonly type: 'duckdb' }>
