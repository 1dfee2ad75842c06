import { GatewayError } from '../core/errors.js'
import type { Aggregate, HistoryQuery, HistoryRow } from '../core/sink.js'

const NS_PER_MS = 1_000_000n
const NS_PER_S = 1_000_000_000n
/** The times that InfluxDB can hold (influxdata/influxdb, models/time.go). */
export const MIN_TIME_NS = -(2n ** 63n) + 2n
export const MAX_TIME_NS = 2n ** 63n - 2n

/** Aggregates that only numbers have. */
const NUMERIC: readonly Aggregate[] = ['mean', 'min', 'max']

/** A query that is sound; the same for every store. */
export interface CheckedQuery {
  /** An empty value: the series has no such tag. */
  readonly tags: readonly (readonly [string, string])[]
  readonly field: string
  readonly measurement: string | undefined
  /** Inclusive. */
  readonly fromNs: bigint
  /** Exclusive. */
  readonly toNs: bigint
  readonly windows: Windows | undefined
  readonly limit: number
}

export interface Windows {
  readonly everyMs: number
  readonly aggregate: Aggregate
}

/** @throws {GatewayError} LG_REQUEST_INVALID */
export function checkQuery(query: HistoryQuery): CheckedQuery {
  const { tags, field, measurement, everyMs, aggregate = 'last', limit } = query
  if (!Number.isInteger(limit) || limit < 1) throw invalid(`limit ${limit} is not a whole number above 0`)
  if (everyMs !== undefined && (!Number.isSafeInteger(everyMs) || everyMs < 1)) {
    throw invalid(`a window of ${everyMs} ms is not a whole number above 0`)
  }
  return {
    tags: Object.entries(tags),
    field,
    measurement,
    fromNs: toNs(query.fromMs),
    toNs: toNs(query.toMs),
    windows: everyMs === undefined ? undefined : { everyMs, aggregate },
    limit,
  }
}

function toNs(ms: number): bigint {
  if (!Number.isFinite(ms)) throw invalid(`${ms} is not a time`)
  const ns = BigInt(Math.ceil(ms)) * NS_PER_MS
  return ns < MIN_TIME_NS ? MIN_TIME_NS : ns > MAX_TIME_NS ? MAX_TIME_NS : ns
}

/** The answer to an aggregate that the values of a field do not have, such as the mean of words. */
export function notNumeric({ field, windows }: CheckedQuery): GatewayError {
  return invalid(`${windows?.aggregate} needs numbers, and field ${field} has none`)
}

export function needsNumbers({ windows }: CheckedQuery): boolean {
  return windows !== undefined && NUMERIC.includes(windows.aggregate)
}

function invalid(cause: string): GatewayError {
  return new GatewayError('LG_REQUEST_INVALID', { cause })
}

/** RFC 3339 in UTC, with as many decimals as are not zero. */
export function formatTime(ns: bigint): string {
  const fraction = ((ns % NS_PER_S) + NS_PER_S) % NS_PER_S
  const seconds = new Date(Number((ns - fraction) / NS_PER_MS)).toISOString().slice(0, -5)
  if (fraction === 0n) return `${seconds}Z`
  return `${seconds}.${fraction.toString().padStart(9, '0').replace(/0+$/, '')}Z`
}

/** An integer as a number where that is exact. */
export function fromInt64(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** By time; values of the same time (of several series) in their own order, so that all stores answer alike. */
export function compareRows(a: HistoryRow & { ns: bigint }, b: HistoryRow & { ns: bigint }): number {
  if (a.ns !== b.ns) return a.ns < b.ns ? -1 : 1
  return a.value < b.value ? -1 : a.value > b.value ? 1 : 0
}
