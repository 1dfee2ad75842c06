import type { TopicLevels } from '../../core/device.js'
import type { Judgement } from '../../core/judgement.js'
import type { FieldType, PointBatch, Tag } from '../../core/point-batch.js'
import { DecodeError } from '../decoder.js'
import type { FieldNode } from './field-node.js'
import { Known } from './known.js'
import { regroup } from './regrouping.js'

/** Where a record's point belongs; what is equal is the same object. */
export interface RecordPlace {
  readonly measurement: Known<string>
  readonly tags: Known<readonly Tag[]>
  readonly device: Known<TopicLevels | undefined>
  readonly timeNs: string
}

interface JudgedField {
  readonly node: FieldNode
  readonly type: FieldType
  readonly text: string
  readonly unit: string
}

interface JudgedPoint extends RecordPlace {
  readonly judgement: Judgement
  readonly record: number
  readonly fields: JudgedField[]
}

/** No record is there. */
const NOWHERE: RecordPlace = {
  measurement: new Known(''),
  tags: new Known([]),
  device: new Known(undefined),
  timeNs: '',
}

/**
 * Makes points of records: those of one place and time become the fields of one point, until a field repeats. Points that
 * were judged wait until the open one is closed, so that they do not come between its fields.
 *
 *     batch   │ closed points │ fields of the open point: earlier records │ the record at hand │
 *
 * Records one after the other are put together as they come. Those that stand apart are brought together in the end, and
 * only in messages that may have some.
 */
export class Assembly {
  #batch!: PointBatch
  #measurement = NOWHERE.measurement
  #tags = NOWHERE.tags
  #device = NOWHERE.device
  #timeNs = ''
  /** Numbers of the message, of the open point and of the record at hand, never given twice. */
  #message = 0
  #point = 0
  #record = 0
  #judgedPoint = 0
  /** Where the fields of each record begin; the last is the record at hand. */
  readonly #starts: number[] = []
  #records = 0
  #mayBeApart = false
  /** Times of all records: for what is the default in most messages, and so need not be asked by itself. */
  readonly #all = new Known(undefined)
  /** Nodes of the fields of the record at hand: the first `#claimed` of them. */
  readonly #nodes: FieldNode[] = []
  #claimed = 0
  #judged: JudgedPoint[] = []

  open(batch: PointBatch): void {
    this.#batch = batch
    this.#judged = []
    this.#message++
    this.#point++
    this.#records = 0
    this.#mayBeApart = false
    this.#leave()
  }

  /** What follows belongs to this place, up to the next record. */
  record({ measurement, tags, device, timeNs }: RecordPlace): void {
    const isSame =
      timeNs === this.#timeNs &&
      tags === this.#tags &&
      device === this.#device &&
      measurement === this.#measurement
    if (!isSame) {
      this.#endPoint()
      this.#measurement = measurement
      this.#tags = tags
      this.#device = device
      this.#timeNs = timeNs
      if (timeNs !== '') this.#noteTime()
    }
    this.#record++
    this.#starts[this.#records++] = this.#batch.fields
    this.#claimed = 0
  }

  /** The record at hand does not pass: it leaves the open point as it is. */
  judgedRecord(): void {
    this.#record++
  }

  /** To be called before the field is added to the batch. */
  claim(node: FieldNode): void {
    const { slot } = node
    if (slot.point === this.#point) {
      if (slot.record === this.#record)
        throw new DecodeError('bad_name', `field ${node.name.slice(0, 80)} stands twice in one record`)
      this.#splitBeforeRecord()
    }
    slot.point = this.#point
    slot.record = this.#record
    this.#nodes[this.#claimed++] = node
  }

  /** A field of the record at hand, or of all of it, that does not pass. */
  judged(
    judgement: Judgement,
    place: RecordPlace,
    node: FieldNode,
    type: FieldType,
    text: string,
    unit: string,
  ): void {
    const last = this.#judged.at(-1)
    const field = { node, type, text, unit }
    const joins = last?.record === this.#record && last.judgement === judgement
    if (joins && node.slot.judged !== this.#judgedPoint) last.fields.push(field)
    else {
      this.#judgedPoint++
      this.#judged.push({ ...place, judgement, record: this.#record, fields: [field] })
    }
    node.slot.judged = this.#judgedPoint
  }

  /** After the last record. */
  end(): void {
    this.#endPoint()
    this.#leave()
    if (!this.#mayBeApart) return
    this.#starts.length = this.#records
    regroup(this.#batch, this.#starts)
  }

  #leave(): void {
    this.#measurement = NOWHERE.measurement
    this.#tags = NOWHERE.tags
    this.#device = NOWHERE.device
    this.#timeNs = NOWHERE.timeNs
  }

  /** Only if all three had a record at this time may an earlier record belong to the same point. */
  #noteTime(): void {
    const timeNs = this.#timeNs
    let mayRepeat = this.#all.notes(this.#message, timeNs)
    if (!this.#measurement.isDefault) mayRepeat = this.#measurement.notes(this.#message, timeNs) && mayRepeat
    if (!this.#tags.isDefault) mayRepeat = this.#tags.notes(this.#message, timeNs) && mayRepeat
    if (!this.#device.isDefault) mayRepeat = this.#device.notes(this.#message, timeNs) && mayRepeat
    if (mayRepeat) this.#mayBeApart = true
  }

  /** The point that is open ends before the record at hand, whose fields begin the next. */
  #splitBeforeRecord(): void {
    const batch = this.#batch
    const { fields } = batch
    // Fields lie in columns, in order: those of the record stay where they are, and the point is closed over the others.
    batch.fields = this.#starts[this.#records - 1]!
    batch.point(this.#measurement.value, this.#tags.value, this.#timeNs, this.#device.value)
    batch.fields = fields
    this.#point++
    for (let i = 0; i < this.#claimed; i++) this.#nodes[i]!.slot.point = this.#point
  }

  #endPoint(): void {
    const batch = this.#batch
    batch.point(this.#measurement.value, this.#tags.value, this.#timeNs, this.#device.value)
    this.#point++
    if (this.#judged.length === 0) return
    for (const point of this.#judged) this.#add(point)
    this.#judged = []
  }

  #add({ measurement, tags, timeNs, device, judgement, fields }: JudgedPoint): void {
    const batch = this.#batch
    for (const { node, type, text, unit } of fields) {
      batch.field(node.name, type, text)
      batch.unit(unit)
    }
    batch.point(measurement.value, tags.value, timeNs, device.value, judgement)
  }
}
