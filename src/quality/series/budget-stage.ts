import { type Judgement, refused } from '../../core/judgement.js'
import type { Logger, LogThrottle } from '../../core/logger.js'
import type { FieldType, PointBatch } from '../../core/point-batch.js'
import type { PointContext, QualityStage } from '../quality.js'
import type { SeriesStore } from './series-store.js'

/** `quality.budget` of the configuration. A series here is measurement, tag set and field. */
export interface BudgetOptions {
  readonly seriesPerDevice: number
  readonly series: number
}

export interface BudgetParts {
  readonly store: SeriesStore
  readonly logger: Logger
  /** One warning per device in its time. */
  readonly throttle: LogThrottle
}

const SHOWN_CHARACTERS = 200

/**
 * Keeps a device that invents tag values or field names from filling the index of the database: a point that would open a
 * series beyond the budget is refused, and what the device has already goes on.
 */
export class BudgetStage implements QualityStage {
  readonly #options: BudgetOptions
  readonly #parts: BudgetParts

  constructor(options: BudgetOptions, parts: BudgetParts) {
    this.#options = options
    this.#parts = parts
  }

  judge(batch: PointBatch, p: number, context: PointContext): Judgement {
    const known = context.series.fields
    const end = batch.firstField[p + 1]!
    for (let f = batch.firstField[p]!, at = 0; f < end; f++, at++) {
      if (known.names[at] === batch.names[f]) continue
      at = known.place(batch.names[f]!)
      if (at < 0) return this.#judgeNew(batch, p, context)
    }
    return 'keep'
  }

  #judgeNew(batch: PointBatch, p: number, context: PointContext): Judgement {
    const { series } = context
    const names: string[] = []
    const types: FieldType[] = []
    for (let f = batch.firstField[p]!; f < batch.firstField[p + 1]!; f++) {
      if (series.fields.place(batch.names[f]!) >= 0) continue
      names.push(batch.names[f]!)
      types.push(batch.types[f]!)
    }
    const exceeded = this.#exceededBy(series.slot, names.length)
    if (exceeded !== '') return this.#refuse(context, names[0]!, exceeded)
    this.#parts.store.admit(series, names, types)
    return 'keep'
  }

  /** In words; '' if there is room. */
  #exceededBy(slot: number, added: number): string {
    const { seriesPerDevice, series } = this.#options
    const { store } = this.#parts
    const ofDevice = store.ofDevice(slot)
    if (ofDevice + added > seriesPerDevice)
      return `the device has ${ofDevice} of the ${seriesPerDevice} that it may have`
    if (store.count + added > series) return `there are ${store.count} of the ${series} that there may be`
    return ''
  }

  #refuse({ device, series }: PointContext, field: string, exceeded: string): Judgement {
    const { logger, throttle } = this.#parts
    const name = field.slice(0, SHOWN_CHARACTERS)
    const key = series.key.slice(0, SHOWN_CHARACTERS)
    throttle.run(`series_budget ${device.slot}`, (suppressed) =>
      logger.warn(
        { device: device.path, series: key, field: name, suppressed },
        `A device opens more series than its budget allows: ${exceeded}. What is new becomes dead letters. ` +
          'Look for tags or field names that change from point to point, or raise quality.budget.',
      ),
    )
    return refused('series_budget', `field ${name} of ${key} would be a new series: ${exceeded}`)
  }
}
