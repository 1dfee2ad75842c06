/** Where an option is absent, the value of `INFLUXDB_DEFAULTS` counts. */
export interface InfluxDbSinkOptions {
  readonly name: string
  readonly type: 'influxdb'
  /** 1: InfluxQL databases. 2 and 3: buckets and tokens, by the v2 write API. */
  readonly version: 1 | 2 | 3
  /** May have a path, where a proxy stands in front of the store. */
  readonly url: string
  /** Version 1: created if missing. */
  readonly database?: string
  readonly username?: string
  readonly password?: string
  /** Version 1: created if missing, and the one written to; without it, the default policy of the database. */
  readonly retentionPolicy?: { readonly name: string; readonly duration: string }
  /** Versions 2 and 3. */
  readonly org?: string
  readonly bucket?: string
  readonly token?: string
  /** For one request, from its first byte to the last of the answer. */
  readonly timeoutMs?: number
  readonly maxBatchBytes?: number
  readonly maxInFlight?: number
}

export const INFLUXDB_DEFAULTS = {
  timeoutMs: 10_000,
  maxBatchBytes: 4 * 1_048_576,
  maxInFlight: 3,
} as const

/** Where an option is absent, the value of `DUCKDB_DEFAULTS` counts. */
export interface DuckDbSinkOptions {
  readonly name: string
  readonly type: 'duckdb'
  /** Path of the database file; its directory must exist. */
  readonly file: string
  /** Points whose day (UTC) is further back are refused, and dropped with the rest of their day. */
  readonly retentionDays?: number
  /** Past this, the oldest days go before their time. */
  readonly maxBytes?: number
  readonly maxBatchBytes?: number
}

export const DUCKDB_DEFAULTS = {
  retentionDays: 30,
  maxBytes: 10 * 1024 ** 3,
  maxBatchBytes: 4 * 1_048_576,
} as const

export type SinkOptions = InfluxDbSinkOptions | DuckDbSinkOptions
