/** How messages are read, made of a configuration: for the gateway, and for a trial that forgets. */
import type { GatewayConfig } from '../config/schema.js'
import { type Logger, LogThrottle, silentLogger } from '../core/logger.js'
import type { DecoderContext } from '../decode/decoder.js'
import { ExpressionWorker } from '../decode/expression/index.js'
import { PointMemory } from '../quality/duplicates/point-memory.js'
import { type QualityParts, QualityPlan } from '../quality/plan.js'
import type { QualityStore } from '../quality/quality-store.js'
import { SeriesStore } from '../quality/series/series-store.js'
import { ClockSkews } from '../quality/time/clock-skew.js'
import { KnownTypes } from '../quality/types/known-types.js'
import { routeOf } from './route.js'
import type { Reading } from './sources.js'
import { TrialStore } from './stores.js'
import { ConfiguredTrial, type TrialParts } from './trial.js'

/** What a configuration says of how messages are read. */
export type ReadingConfig = Pick<GatewayConfig, 'routes' | 'quality' | 'sparkplug'>

const WARN_EVERY_MS = 60_000

/** What quality remembers; it outlives a configuration that is reloaded. */
export function qualityParts(store: QualityStore, logger: Logger): QualityParts {
  const types = new KnownTypes(store)
  const series = new SeriesStore(store, types)
  series.start()
  const throttle = new LogThrottle(WARN_EVERY_MS)
  return { skews: new ClockSkews(), types, series, points: new PointMemory(), logger, throttle }
}

export function readingOf(config: ReadingConfig, context: DecoderContext, quality: QualityParts): Reading {
  return {
    routes: config.routes.map((route) => routeOf(route, config, context)),
    qualities: new QualityPlan(config.quality, quality),
  }
}

/** What a trial begins with, of a running gateway. */
export interface TrialBase {
  readonly decoders?: DecoderContext['store']
  readonly quality?: QualityStore
  readonly devices?: NonNullable<TrialParts['devices']>
  readonly expressions: ExpressionWorker
  readonly logger: Logger
}

/** Reads by this configuration, beginning each time with what the base knows now. */
export function trialOf(config: ReadingConfig, base: TrialBase): ConfiguredTrial {
  const { decoders, quality, devices, expressions, logger } = base
  const reading = () => {
    const context = { store: new TrialStore(decoders), expressions, release: () => undefined, now: Date.now }
    // A budget that is used up in a trial is no news.
    return readingOf(config, context, qualityParts(new TrialStore(quality), silentLogger))
  }
  return new ConfiguredTrial({ reading, logger, ...(devices === undefined ? {} : { devices }) })
}

/** Without a gateway. To be closed. */
export function freshTrial(
  config: ReadingConfig,
  logger: Logger,
): ConfiguredTrial & { close(): Promise<void> } {
  const expressions = new ExpressionWorker()
  const trial = trialOf(config, { expressions, logger })
  return Object.assign(trial, { close: () => expressions.close() })
}

/** Points of a series that are remembered, for whoever remembers most. */
export function widestWindow({ quality, routes }: Pick<GatewayConfig, 'quality' | 'routes'>): number {
  const owners = [quality, ...routes.map((route) => route.quality), ...Object.values(quality.devices)]
  return Math.max(...owners.map((owner) => owner?.duplicates?.window ?? 0))
}
