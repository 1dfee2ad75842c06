import Type from 'typebox'
import { CLOSED, choose, secret, text, wholeNumber } from './schema-parts.js'

const name = text('Name of the sink in counts, logs and metrics; unique.', {
  pattern: '^[A-Za-z0-9][A-Za-z0-9_.-]*$',
  maxLength: 64,
  examples: ['influx'],
})

const HTTP_SINK = {
  name,
  type: Type.Literal('influxdb', { description: 'Kind of store: influxdb or duckdb.' }),
  url: text('Address of the store.', { format: 'store-url', examples: ['http://127.0.0.1:8086'] }),
  timeoutMs: wholeNumber('A request that takes longer is tried again.', { default: 10_000, minimum: 100 }),
  maxBatchBytes: wholeNumber('Largest request, before compression.', {
    default: 4_194_304,
    minimum: 1_024,
    maximum: 64 * 1_048_576,
  }),
  maxInFlight: wholeNumber('Requests under way at once.', { default: 3, minimum: 1, maximum: 64 }),
}

const VERSION = 'Major version of InfluxDB: 1 (InfluxQL databases), 2 or 3 (buckets and tokens).'
const bucket = text('Bucket to write to; it must exist.', { examples: ['factory'] })

const retentionPolicy = Type.Object(
  {
    name: text('Name of the retention policy.', { examples: ['one_year'] }),
    duration: text('How long points are kept, as InfluxDB writes it: 90d, 52w, INF.', {
      pattern: '^(INF|([0-9]+(ns|u|µ|ms|s|m|h|d|w))+)$',
      examples: ['52w'],
    }),
  },
  { ...CLOSED, description: 'Created if missing. Without it, the default policy of the database is used.' },
)

const InfluxV1 = Type.Object(
  {
    ...HTTP_SINK,
    version: Type.Literal(1, { description: VERSION }),
    database: text('Database to write to; created if missing.', { examples: ['factory'] }),
    username: Type.Optional(text('User, where the database asks for one.', { examples: ['linegate'] })),
    password: Type.Optional(secret('Password of the user.')),
    retentionPolicy: Type.Optional(retentionPolicy),
  },
  { ...CLOSED, title: 'version 1' },
)

const InfluxV2 = Type.Object(
  {
    ...HTTP_SINK,
    version: Type.Literal(2, { description: VERSION }),
    org: text('Organisation that owns the bucket.', { examples: ['plant-1'] }),
    bucket,
    token: secret('API token that may write to the bucket and read from it.'),
  },
  { ...CLOSED, title: 'version 2' },
)

const InfluxV3 = Type.Object(
  {
    ...HTTP_SINK,
    version: Type.Literal(3, { description: VERSION }),
    org: Type.Optional(text('Organisation, where the edition knows them.', { examples: ['plant-1'] })),
    bucket,
    token: Type.Optional(secret('API token, unless the server runs without authentication.')),
  },
  { ...CLOSED, title: 'version 3' },
)

const DuckDb = Type.Object(
  {
    name,
    type: Type.Literal('duckdb', { description: 'Kind of store: influxdb or duckdb.' }),
    file: text('Database file; a relative path starts at gateway.dataDirectory.', {
      default: 'store.duckdb',
    }),
    retentionDays: wholeNumber('Days whose last point is older than this are dropped.', {
      default: 30,
      minimum: 1,
      maximum: 36_500,
    }),
    maxBytes: wholeNumber('Size past which the oldest days are dropped before their time.', {
      default: 20 * 1024 ** 3,
      minimum: 16 * 1_048_576,
    }),
  },
  { ...CLOSED, title: 'type duckdb' },
)

const Influx = choose('version', [
  [1, InfluxV1],
  [2, InfluxV2],
  [3, InfluxV3],
])

const Sink = choose('type', [
  ['influxdb', Influx],
  ['duckdb', DuckDb],
])

export const Sinks = Type.Array(Sink, {
  description:
    'Stores that points go to. The first is the primary: what it stored is what the ledger calls stored, and history is asked of it.',
  minItems: 1,
  uniqueBy: 'name',
  default: [{ name: 'local', type: 'duckdb' }],
})
