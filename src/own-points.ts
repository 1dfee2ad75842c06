import { ArrivalClock } from './core/clock.js'
import { NO_DEVICE_SLOT } from './core/device.js'
import { encodePoint, seriesKey } from './core/line-protocol.js'
import { PointBatch, type Tag } from './core/point-batch.js'
import type { RecordedField, Recorder } from './core/recorder.js'
import { Column } from './core/tally.js'
import type { Spool } from './spool/spool.js'

/** Points that the gateway makes itself join the open block, as those of devices do. */
export class OwnPoints implements Recorder {
  readonly #spool: Spool
  readonly #clock = new ArrivalClock()
  readonly #batch = new PointBatch()

  constructor(spool: Spool) {
    this.#spool = spool
  }

  record(measurement: string, tags: readonly Tag[], fields: readonly RecordedField[], timeMs?: number): void {
    const batch = this.#batch
    batch.clear()
    for (const { name, type, text } of fields) batch.field(name, type, text)
    batch.point(measurement, tags, '')
    if (batch.points === 0) return
    const timeNs = timeMs === undefined ? this.#clock.nextNs() : `${Math.round(timeMs)}000000`
    const { open } = this.#spool
    open.append(encodePoint(batch, 0, seriesKey(measurement, tags), timeNs), 1)
    open.tally.add(NO_DEVICE_SLOT, Column.pointsDecoded, 1)
    this.#spool.touched()
  }
}
