import { filtered, type Judgement, refused } from '../../core/judgement.js'
import { type Condition, type Conditions, compileConditions, firstThatHolds } from './conditions.js'
import type { RecordsConfig } from './config.js'
import type { Place } from './faults.js'
import type { Frame } from './frame.js'
import { compileQuality, type RecordQuality } from './quality.js'
import type { Reader } from './reader.js'
import { plainText } from './text.js'

const SKIPPED = filtered('skipped')
const NONE: Conditions = { ofRecord: [], ofField: [] }

/** What became of a record, and what decided it. */
export interface Verdict {
  readonly judgement: Judgement
  readonly seen: Reader
}

/** Which records and fields do not pass: those that `skip` names, then those of `deadLetter`, then those of bad quality. */
export class Judging {
  readonly #skip: Conditions
  readonly #deadLetter: Conditions
  readonly #quality: RecordQuality | undefined
  /** Whether fields have to be looked at one by one. */
  readonly looksAtFields: boolean

  constructor(config: RecordsConfig, place: (key: 'skip' | 'deadLetter' | 'quality') => Place) {
    const { skip, deadLetter, quality } = config
    this.#skip = skip === undefined ? NONE : compileConditions(skip, place('skip'))
    this.#deadLetter = deadLetter === undefined ? NONE : compileConditions(deadLetter, place('deadLetter'))
    this.#quality = quality === undefined ? undefined : compileQuality(quality, place('quality'))
    this.looksAtFields = this.#skip.ofField.length + this.#deadLetter.ofField.length > 0
  }

  /** What is taken out of the record. */
  get quality(): Reader | undefined {
    return this.#quality?.reader
  }

  ofRecord(frame: Frame): Verdict | undefined {
    return (
      verdict(this.#skip.ofRecord, frame, false) ??
      verdict(this.#deadLetter.ofRecord, frame, true) ??
      (this.#quality === undefined ? undefined : judgeQuality(this.#quality, frame))
    )
  }

  /** Of the field whose value and name are in the frame. */
  ofField(frame: Frame): Verdict | undefined {
    return verdict(this.#skip.ofField, frame, false) ?? verdict(this.#deadLetter.ofField, frame, true)
  }
}

function verdict(conditions: readonly Condition[], frame: Frame, isFault: boolean): Verdict | undefined {
  const condition = conditions.length === 0 ? undefined : firstThatHolds(conditions, frame)
  if (condition === undefined) return undefined
  const { reader, when } = condition
  if (!isFault) return { judgement: SKIPPED, seen: reader }
  const what = reader.perField ? frame.field : when
  return {
    judgement: refused('bad_quality', `${what.slice(0, 80)} is ${shown(reader, frame)}`),
    seen: reader,
  }
}

function judgeQuality({ reader, isGood, otherwise }: RecordQuality, frame: Frame): Verdict | undefined {
  const quality = reader.read(frame)
  if (otherwise === 'keep' || quality === undefined || quality === null || isGood(quality)) return undefined
  if (otherwise === 'skip') return { judgement: SKIPPED, seen: reader }
  return { judgement: refused('bad_quality', `quality is ${shown(reader, frame)}`), seen: reader }
}

function shown(reader: Reader, frame: Frame): string {
  return plainText(reader.read(frame))?.slice(0, 80) ?? 'not there'
}
