import { type Device, LEVELS } from '../core/device.js'
import { seriesKey } from '../core/line-protocol.js'
import type { Tag } from '../core/point-batch.js'
import type { LatestSeries, LatestValueStore } from '../devices/latest-values.js'
import type { ProductionPlan } from '../devices/production/plan.js'
import type { ProductionReader } from '../devices/production/reader.js'
import type { QualityStage } from '../quality/quality.js'
import type { SeriesState } from '../quality/series-state.js'
import type { Route } from './route.js'

export class Series {
  readonly measurement: string
  /** Measurement and tag set, escaped. */
  readonly key: string
  readonly latest: LatestSeries
  readonly #device: Device
  readonly #qualities: Qualities
  #state: SeriesState | undefined

  constructor(device: Device, measurement: string, key: string, { latest, qualities }: TargetParts) {
    this.measurement = measurement
    this.key = key
    this.latest = latest.series(device.slot, measurement)
    this.#device = device
    this.#qualities = qualities
  }

  /** What quality remembers of it; another one each time until the series is admitted. */
  get state(): SeriesState {
    if (this.#state?.isAdmitted) return this.#state
    this.#state = this.#qualities.open(this.#device, this.measurement, this.key)
    return this.#state
  }
}

/** What quality gives to those that points are meant for. */
export interface Qualities {
  stageFor(route: Route, device: Device): QualityStage
  open(device: Device, measurement: string, key: string): SeriesState
}

export interface TargetParts {
  readonly latest: LatestValueStore
  readonly qualities: Qualities
  /** A reader for one device. Without it nothing is counted. */
  readonly readerOf?: (plan: ProductionPlan) => ProductionReader
  readonly isRejected: (slot: number) => boolean
}

const MAX_SERIES_PER_TARGET = 1_024

/** Whom the points of a message are for: a device, as one route reads it. */
export class Target {
  readonly device: Device
  /** Nobody wants what it sends. */
  readonly isRejected: boolean
  readonly quality: QualityStage
  readonly production: ProductionReader | undefined
  /** The message that last carried points for it: by number, so that it is counted once. */
  carriedBy = 0
  readonly #measurement: string
  readonly #tags: readonly Tag[]
  readonly #parts: TargetParts
  readonly #own: Series
  readonly #others = new Map<string, Series>()

  constructor(route: Route, device: Device, parts: TargetParts) {
    this.device = device
    this.isRejected = parts.isRejected(device.slot)
    this.quality = parts.qualities.stageFor(route, device)
    this.production = route.production && parts.readerOf?.(route.production)
    this.#measurement = route.measurement
    this.#tags = LEVELS.map((name) => ({ name, value: device[name] }))
    this.#parts = parts
    this.#own = this.#build(this.#measurement, [])
  }

  /** The series of a point; '' is the measurement of the route. A tag of the device wins over one of the payload. */
  series(measurement: string, tags: readonly Tag[]): Series {
    if (measurement === '' && tags.length === 0) return this.#own
    const name = measurement === '' ? this.#measurement : measurement
    const key =
      tags.length === 0 ? name : `${name}\n${tags.map((tag) => `${tag.name}\n${tag.value}`).join('\n')}`
    const known = this.#others.get(key)
    if (known !== undefined) return known
    const series = this.#build(name, tags)
    if (this.#others.size < MAX_SERIES_PER_TARGET) this.#others.set(key, series)
    return series
  }

  #build(measurement: string, tags: readonly Tag[]): Series {
    const own = tags.filter(({ name }) => !this.#tags.some((tag) => tag.name === name && tag.value !== ''))
    return new Series(this.device, measurement, seriesKey(measurement, [...own, ...this.#tags]), this.#parts)
  }
}
