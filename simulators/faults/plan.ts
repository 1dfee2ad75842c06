import { durationMs } from '../duration.js'
import type { FaultEntry, FaultKind } from '../fleet-schema.js'

/** A fault of the fleet file in milliseconds of simulated time. */
export interface FaultPlan {
  readonly kind: FaultKind
  readonly atMs: number
  readonly durationMs: number
  /** Infinity for a fault that happens once. */
  readonly everyMs: number
  readonly probability: number
  readonly matches: (name: string, path: string) => boolean
  /** Of clockJump. */
  readonly jumpMs: number
  /** Of stuckSensor. */
  readonly signal: string
  /** Of reconnectStorm. */
  readonly cuts: number
}

export function planFault(entry: FaultEntry): FaultPlan {
  return {
    kind: entry.kind,
    atMs: durationMs(entry.at),
    durationMs: durationMs(entry.duration),
    everyMs: entry.every === undefined ? Number.POSITIVE_INFINITY : durationMs(entry.every),
    probability: entry.probability ?? 1,
    matches: matcher(entry.devices),
    jumpMs: entry.kind === 'clockJump' ? durationMs(entry.jump) : 0,
    signal: entry.kind === 'stuckSensor' ? entry.signal : '',
    cuts: entry.kind === 'reconnectStorm' ? (entry.cuts ?? 3) : 0,
  }
}

/** A pattern with a slash is compared with the path `site/area/line/device`, one without with the device's name. */
function matcher(patterns: readonly string[] | undefined): FaultPlan['matches'] {
  if (patterns === undefined) return () => true
  const tests = patterns.map((pattern) => ({ isPath: pattern.includes('/'), expression: wildcard(pattern) }))
  return (name, path) => tests.some(({ isPath, expression }) => expression.test(isPath ? path : name))
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`, 'u')
}
