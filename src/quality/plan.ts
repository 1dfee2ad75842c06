/**
 * Puts the stages of quality together, as configured: for all, for a route, for a device.
 *
 *     time ─▶ units, scale ─▶ types ─▶ range ─▶ budget ─▶ duplicates ─▶ rate ─▶ deadband
 *
 * Values are converted before their types are compared, since a converted field is a float. The budget stands before all
 * that remembers something of a series. Duplicates are told by what would be stored, and before the rate limit, so that a
 * redelivery costs a device nothing. The deadband is last: what it compares with is what was stored.
 */
import type { Device } from '../core/device.js'
import type { Logger, LogThrottle } from '../core/logger.js'
import { Chain } from './chain.js'
import { DuplicatesStage } from './duplicates/duplicates-stage.js'
import type { PointMemory } from './duplicates/point-memory.js'
import type { QualityStage } from './quality.js'
import { RateStage } from './rate/rate-stage.js'
import { BudgetStage } from './series/budget-stage.js'
import type { SeriesStore } from './series/series-store.js'
import type { SeriesState } from './series-state.js'
import { merged, type OwnQuality, type QualitySettings, type WholeQuality } from './settings.js'
import type { ClockSkews } from './time/clock-skew.js'
import { NanoTime } from './time/nano-time.js'
import { TimeStage } from './time/time-stage.js'
import type { KnownTypes } from './types/known-types.js'
import { TypesStage } from './types/types-stage.js'
import { ConvertStage } from './values/convert-stage.js'
import { DeadbandStage } from './values/deadband-stage.js'
import { FieldNumbers } from './values/field-numbers.js'
import { FieldRules } from './values/field-rules.js'
import { RangeStage } from './values/range-stage.js'

/** What the stages remember; it outlives a plan when the configuration is read anew. */
export interface QualityParts {
  readonly skews: ClockSkews
  readonly types: KnownTypes
  readonly series: SeriesStore
  readonly points: PointMemory
  readonly logger: Logger
  /** One warning per device in its time. */
  readonly throttle: LogThrottle
}

/** What the plan needs to know of a route. */
export interface RouteQuality {
  readonly quality?: OwnQuality | undefined
}

export class QualityPlan {
  readonly #settings: WholeQuality
  readonly #parts: QualityParts
  readonly #budget: BudgetStage
  /** Of the point at hand, read by whichever stage needs it first. */
  readonly #numbers = new FieldNumbers()
  readonly #time = new NanoTime()
  /** By what the route and the device say of their own: the objects of the configuration, each there once. */
  readonly #byOwner = new Map<OwnQuality | undefined, Map<OwnQuality | undefined, QualityStage>>()
  /** By all that holds in the end: whoever has the same settings has the same stage. */
  readonly #bySettings = new Map<string, QualityStage>()

  constructor(settings: WholeQuality, parts: QualityParts) {
    this.#settings = settings
    this.#parts = parts
    const { series: store, logger, throttle } = parts
    this.#budget = new BudgetStage(settings.budget, { store, logger, throttle })
  }

  /** The stages for the points of a device that come by a route. */
  stageFor({ quality: ofRoute }: RouteQuality, device: Device): QualityStage {
    const ofDevice = this.#ownOf(device)
    const byDevice = this.#byOwner.get(ofRoute) ?? new Map<OwnQuality | undefined, QualityStage>()
    const known = byDevice.get(ofDevice)
    if (known !== undefined) return known
    const stage = this.#compiled(merged(merged(this.#settings, ofRoute), ofDevice))
    this.#byOwner.set(ofRoute, byDevice.set(ofDevice, stage))
    return stage
  }

  /** What is remembered of a series; to be kept by the caller only if it `isAdmitted`. */
  open(device: Device, measurement: string, key: string): SeriesState {
    return this.#parts.series.open(device, measurement, key)
  }

  /** The path says more than the name, which devices of other lines may have too. */
  #ownOf({ path, device }: Device): OwnQuality | undefined {
    const { devices } = this.#settings
    if (Object.hasOwn(devices, path)) return devices[path]
    return Object.hasOwn(devices, device) ? devices[device] : undefined
  }

  #compiled({ time, types, duplicates, fields, rateLimit }: QualitySettings): QualityStage {
    const settings = { time, types, duplicates, fields, rateLimit }
    const key = JSON.stringify(settings)
    const known = this.#bySettings.get(key)
    if (known !== undefined) return known
    const stage = new Chain(this.#stagesOf(settings))
    this.#bySettings.set(key, stage)
    return stage
  }

  #stagesOf({ time, types, duplicates, fields, rateLimit }: QualitySettings): QualityStage[] {
    const { skews, types: knownTypes, points } = this.#parts
    const rules = new FieldRules(fields)
    const rate = RateStage.of(rateLimit)
    return [
      new TimeStage(time, skews, this.#time),
      ...(rules.some('conversion')
        ? [new ConvertStage(rules, this.#numbers, types.onChange === 'coerce')]
        : []),
      new TypesStage(types, knownTypes),
      ...(rules.some('range') ? [new RangeStage(rules, this.#numbers)] : []),
      this.#budget,
      ...(duplicates.window > 0 ? [new DuplicatesStage(duplicates.window, points, this.#time)] : []),
      ...(rate === undefined ? [] : [rate]),
      ...(rules.some('deadband') ? [new DeadbandStage(rules, this.#numbers, this.#time)] : []),
    ]
  }
}
