import type { Device } from '../../src/core/device.js'
import type { Judgement } from '../../src/core/judgement.js'
import { seriesKey } from '../../src/core/line-protocol.js'
import { type Logger, LogThrottle, silentLogger } from '../../src/core/logger.js'
import type { PointBatch } from '../../src/core/point-batch.js'
import { BudgetStage } from '../../src/quality/series/budget-stage.js'
import { SeriesStore } from '../../src/quality/series/series-store.js'
import type { TypeSettings } from '../../src/quality/settings.js'
import { KnownTypes } from '../../src/quality/types/known-types.js'
import { TypesStage } from '../../src/quality/types/types-stage.js'
import { MemoryStore } from './memory-store.js'
import { batchOf, type PlainPoint } from './points.js'
import { TestContext } from './quality-context.js'

export interface SeriesRigOptions {
  readonly seriesPerDevice?: number
  readonly series?: number
  readonly onChange?: TypeSettings['onChange']
  readonly logger?: Logger
  /** What an earlier run left on disk. */
  readonly disk?: MemoryStore
}

export interface Judged {
  readonly judgement: Judgement
  readonly batch: PointBatch
  readonly context: TestContext
}

/** Types and budget over one disk, in one process. */
export class SeriesRig {
  readonly disk: MemoryStore
  readonly store: SeriesStore
  readonly #types: TypesStage
  readonly #budget: BudgetStage

  constructor(options: SeriesRigOptions = {}) {
    const {
      seriesPerDevice = 1_000,
      series = 1_000_000,
      onChange = 'coerce',
      logger = silentLogger,
    } = options
    this.disk = options.disk ?? new MemoryStore()
    const known = new KnownTypes(this.disk)
    this.store = new SeriesStore(this.disk, known)
    this.store.start()
    this.#types = new TypesStage({ onChange }, known)
    const parts = { store: this.store, logger, throttle: new LogThrottle(60_000) }
    this.#budget = new BudgetStage({ seriesPerDevice, series }, parts)
  }

  send(device: Device, point: PlainPoint): Judged {
    const { measurement, tags } = point
    const key = seriesKey(measurement, [...tags, { name: 'device', value: device.device }])
    const context = new TestContext(device, this.store.open(device, measurement, key))
    context.measurement = measurement
    const batch = batchOf([point])
    let judgement = context.judge(this.#types, batch, 0)
    if (judgement === 'keep') judgement = context.judge(this.#budget, batch, 0)
    return { judgement, batch, context }
  }

  /** '' for a point that passes. */
  reason(device: Device, point: PlainPoint): string {
    const { judgement } = this.send(device, point)
    return judgement === 'keep' ? '' : judgement.reason
  }

  /** The next process, on the same disk. */
  restart(options: SeriesRigOptions = {}): SeriesRig {
    return new SeriesRig({ ...options, disk: this.disk })
  }
}
