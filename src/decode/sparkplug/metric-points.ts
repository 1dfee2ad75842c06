import { filtered, type Judgement, refused } from '../../core/judgement.js'
import { NO_TAGS, type PointBatch } from '../../core/point-batch.js'
import { DecodeError, type DecoderOptions, type TopicMemory } from '../decoder.js'
import { checkDistinct } from '../field-names.js'
import { type BirthTable, type KnownMetric, strayMetric } from './birth-table.js'
import type { SparkplugOptions } from './events.js'
import {
  DEFAULT_VALUE_OPTIONS,
  epochNanoseconds,
  MetricValues,
  type PayloadReader,
  qualityOf,
} from './wire/index.js'

const SKIPPED = filtered('bad_quality')

/** An alias, or a name without a type, that the birth does not have. */
export class UnknownMetric extends DecodeError {
  constructor(message: string) {
    super('awaiting_birth', message)
  }
}

/**
 * Turns metrics into points: those of one message that have one time, and are of one kind (historical or not, of good
 * quality or not), are the fields of one point, in their order. A name that comes again begins another point.
 */
export class MetricPoints {
  readonly #values: MetricValues
  readonly #badQuality: SparkplugOptions['badQuality']
  /** Of the message at hand, by metric. */
  readonly #metrics: (KnownMetric | undefined)[] = []
  readonly #judgements: Judgement[] = []
  /** The next metric of the same point; −1 for the last. */
  readonly #next: number[] = []
  /** What tells points apart → its first and its last metric. */
  readonly #groups = new Map<string, { readonly first: number; last: number }>()
  /** Rises with each point, so that a field knows whether it is in the one at hand. */
  #point = 0

  constructor({ fieldTypes }: DecoderOptions, badQuality: SparkplugOptions['badQuality']) {
    this.#values = new MetricValues({ ...DEFAULT_VALUE_OPTIONS, fieldTypes })
    this.#badQuality = badQuality
  }

  /** @throws {DecodeError} UnknownMetric among others */
  append(batch: PointBatch, reader: PayloadReader, birth: BirthTable, memory: TopicMemory): void {
    if (this.#isOnePoint(reader, birth)) this.#addPoint(batch, reader, 0, memory, false)
    else
      for (const { first } of this.#grouped(reader).values())
        this.#addPoint(batch, reader, first, memory, true)
  }

  /** Finds each metric. True if all make one point. */
  #isOnePoint(reader: PayloadReader, birth: BirthTable): boolean {
    let isOne = true
    for (let i = 0; i < reader.metrics; i++) {
      this.#metrics[i] = find(reader, i, birth)
      this.#judgements[i] = this.#judge(reader, i)
      isOne &&=
        reader.timestamps[i] === reader.timestamps[0] &&
        reader.isHistorical[i] === reader.isHistorical[0] &&
        this.#judgements[i] === 'keep'
    }
    return isOne
  }

  #judge(reader: PayloadReader, i: number): Judgement {
    if (this.#badQuality === 'keep' || reader.propertyStarts[i]! < 0) return 'keep'
    const quality = qualityOf(reader, i)
    // 192 is good; OPC has 193 to 255 for kinds of good. 0 is bad, 500 stale.
    if (quality === undefined || (quality >= 192 && quality <= 255)) return 'keep'
    if (this.#badQuality === 'skip') return SKIPPED
    return refused('bad_quality', `metric ${this.#metrics[i]!.name.slice(0, 80)} has quality ${quality}`)
  }

  #grouped(reader: PayloadReader): ReadonlyMap<string, { readonly first: number }> {
    const groups = this.#groups
    groups.clear()
    for (let i = 0; i < reader.metrics; i++) {
      this.#next[i] = -1
      const judgement = this.#judgements[i]!
      const kind = judgement === 'keep' ? '' : judgement.kind
      const key = `${reader.timestamps[i]}${reader.isHistorical[i] ? 'h' : ''}${kind}`
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { first: i, last: i })
      else {
        this.#next[group.last] = i
        group.last = i
      }
    }
    return groups
  }

  /** One after the other from `first`, or as they are linked. */
  #addPoint(
    batch: PointBatch,
    reader: PayloadReader,
    first: number,
    memory: TopicMemory,
    isLinked: boolean,
  ): void {
    this.#point++
    let metrics = 0
    let i = first
    while (i !== -1 && i < reader.metrics) {
      const metric = this.#metrics[i]!
      if (metric.isField) {
        if (metric.use.point === this.#point) {
          this.#close(batch, reader, first, memory, metrics)
          metrics = 0
        }
        metric.use.point = this.#point
        this.#values.append(
          batch,
          reader,
          i,
          metric.name,
          reader.datatypes[i]! || metric.datatype,
          metric.unit,
          metric.members,
        )
        metrics++
      }
      i = isLinked ? this.#next[i]! : i + 1
    }
    this.#close(batch, reader, first, memory, metrics)
  }

  #close(
    batch: PointBatch,
    reader: PayloadReader,
    first: number,
    memory: TopicMemory,
    metrics: number,
  ): void {
    // Metrics have names of their own; what data sets and templates become may have the name of another.
    if (batch.openFields > metrics) checkDistinct(batch, memory)
    const p = batch.points
    const time = epochNanoseconds(reader.timestamps[first] || reader.timestampMs)
    batch.point('', NO_TAGS, time, undefined, this.#judgements[first]!)
    if (batch.points > p) batch.historical[p] = reader.isHistorical[first]!
    this.#point++
  }
}

function find(reader: PayloadReader, i: number, birth: BirthTable): KnownMetric {
  const name = reader.names[i]!
  const alias = reader.aliases[i]!
  const known = name === '' ? birth.ofAlias(alias) : birth.named(name)
  if (known !== undefined) return known
  if (name === '' && alias === '')
    throw new DecodeError('bad_name', `metric ${i} has neither a name nor an alias`)
  const datatype = reader.datatypes[i]!
  if (name !== '' && datatype !== 0) return strayMetric(name, datatype)
  throw new UnknownMetric(
    name === ''
      ? `the birth certificate has no alias ${alias}`
      : `the birth certificate has no metric ${name.slice(0, 80)}, and the message does not say its type`,
  )
}
