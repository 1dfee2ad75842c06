import type { Judgement } from '../../core/judgement.js'
import { FieldType, type PointBatch } from '../../core/point-batch.js'
import { DecodeError, type DocumentPath, type FieldTypeName } from '../decoder.js'
import { type Document, type DocumentObject, isObject, MAX_DEPTH } from '../documents/index.js'
import { numberText } from '../number-text.js'
import { addFloat, addTyped, checkFinite, isNumber } from '../typed-field.js'
import type { Assembly, RecordPlace } from './assembly.js'
import type { FieldNode, FieldTree } from './field-node.js'
import type { Frame } from './frame.js'
import type { Verdict } from './judging.js'
import { textOf } from './pick.js'
import { isList } from './reader.js'
import type { RecordsParts } from './records-parts.js'
import { foundType, isScalar, plainText, type Scalar, scalarText } from './text.js'

/** Reads the records of one section of a mapping into points. */
export class RecordsReader {
  readonly #parts: RecordsParts
  readonly #assembly: Assembly
  #batch!: PointBatch
  #frame!: Frame
  #tree: FieldTree
  /** Of the record at hand. */
  readonly #place: { -readonly [K in keyof RecordPlace]: RecordPlace[K] }
  #type: FieldTypeName | undefined
  #unit = ''
  #judgement: Judgement | undefined
  #judgedFields = 0
  /** The field at hand: where a value that does not fit stands. */
  #node: FieldNode | undefined

  constructor(parts: RecordsParts, assembly: Assembly) {
    this.#parts = parts
    this.#tree = parts.tree
    this.#assembly = assembly
    const { noMeasurement, noTags, noDevice } = parts.places
    this.#place = { measurement: noMeasurement, tags: noTags, device: noDevice, timeNs: '' }
  }

  /** How many records there were. */
  read(frame: Frame, batch: PointBatch): number {
    this.#frame = frame
    this.#batch = batch
    this.#parts.time?.beginMessage()
    this.#tree = isList(frame.values[0]!) ? this.#parts.tree : this.#parts.documentTree
    return this.#parts.walk(frame, this.#visit)
  }

  readonly #visit = (frame: Frame): void => {
    this.#node = undefined
    try {
      this.#record(frame)
    } catch (error) {
      const isPlaced = !(error instanceof DecodeError) || error.path !== undefined
      throw isPlaced ? error : new DecodeError(error.code, error.message, this.#whereabouts(frame))
    }
  }

  #whereabouts(frame: Frame): DocumentPath {
    const { value, depth } = this.#parts
    if (this.#node === undefined) return frame.path(depth)
    return [...value.locate(frame), ...this.#node.way]
  }

  #record(frame: Frame): void {
    const { judging, field } = this.#parts
    const verdict = judging?.ofRecord(frame)
    this.#judgement = verdict?.judgement
    frame.learnt = undefined
    const name = field === undefined ? undefined : textOf(field, frame, 'the name of a field')
    this.#readKind(frame)
    this.#readPlace(frame, verdict !== undefined)
    if (verdict === undefined) this.#assembly.record(this.#place)
    else this.#assembly.judgedRecord()
    if (field === undefined) this.#addRecord(frame)
    else this.#addNamed(frame, name)
    if (verdict !== undefined && this.#judgedFields === 0) this.#addSeen(frame, verdict, name)
  }

  /** Type and unit: what the record says goes before what was learnt of its name. */
  #readKind(frame: Frame): void {
    const { type, unit, units } = this.#parts
    const { learnt } = frame
    this.#judgedFields = 0
    this.#type = undefined
    this.#unit = ''
    if (type === undefined && unit === undefined && learnt === undefined) return
    this.#type = type?.read(frame) ?? learnt?.type
    const word = (unit === undefined ? undefined : textOf(unit, frame, 'the unit')) ?? learnt?.unit ?? ''
    this.#unit = word === '' ? '' : (units.get(word) ?? word)
  }

  #readPlace(frame: Frame, isJudged: boolean): void {
    const { measurement, tags, device } = this.#parts
    if (measurement !== undefined) this.#place.measurement = measurement.read(frame)
    if (tags !== undefined) this.#place.tags = tags.read(frame)
    if (device !== undefined) this.#place.device = device.read(frame)
    this.#place.timeNs = isJudged ? this.#timeIfAny(frame) : this.#time(frame)
  }

  #time(frame: Frame): string {
    const { time, wellKnownTime, depth } = this.#parts
    return time === undefined ? wellKnownTime.read(frame.values[depth]!) : time.read(frame)
  }

  /** What does not pass need not have a sound time: it is no reason to refuse the rest of the message. */
  #timeIfAny(frame: Frame): string {
    try {
      return this.#time(frame)
    } catch (error) {
      if (error instanceof DecodeError) return ''
      throw error
    }
  }

  #addNamed(frame: Frame, name: string | undefined): void {
    const { value, field } = this.#parts
    if (name !== undefined && name !== '')
      return this.#add(this.#tree.named(name), value.read(frame) ?? null, 0)
    if (this.#judgement !== undefined) return
    throw new DecodeError('bad_name', 'a record has no name for its field', field!.locate(frame))
  }

  #addRecord(frame: Frame): void {
    const found = this.#parts.value.read(frame) ?? null
    if (isObject(found)) this.#addMembers(this.#tree.members, found, 0)
    else this.#add(this.#tree.named(this.#ownName(frame)), found, 0)
  }

  #ownName(frame: Frame): string {
    return frame.nameAt(this.#parts.depth) ?? frame.topic.last
  }

  #add(node: FieldNode, value: Document, depth: number): void {
    if (isScalar(value)) return this.#put(node, value)
    if (value === null) return
    if (depth === MAX_DEPTH) throw new DecodeError('too_deep', `more than ${MAX_DEPTH} levels of nesting`)
    if (isObject(value)) return this.#addMembers(node, value, depth)
    if (!isList(value)) return
    for (let i = 0; i < value.length; i++) {
      const child = node.element(i)
      if (!child.isExcluded) this.#add(child, value[i]!, depth + 1)
    }
  }

  #addMembers(node: FieldNode, value: DocumentObject, depth: number): void {
    const timeKey = this.#timeKey
    for (const key in value) {
      const child = node.member(key)
      if (child.isExcluded || (key === timeKey && depth === 0)) continue
      this.#add(child, value[key]!, depth + 1)
    }
  }

  /** A member that holds the time without being called so by the mapping; undefined if there is none. */
  get #timeKey(): string | undefined {
    const { time, wellKnownTime, isValueRecord } = this.#parts
    return time === undefined && isValueRecord && wellKnownTime.key !== '' ? wellKnownTime.key : undefined
  }

  #put(node: FieldNode, found: Scalar): void {
    this.#node = node
    const { enums } = node
    const value = enums === undefined ? found : (enums.get(scalarText(found)) ?? found)
    if (this.#judgement !== undefined) return this.#putJudged(node, value, this.#judgement)
    const { judging } = this.#parts
    if (judging?.looksAtFields === true) {
      this.#frame.value = found
      this.#frame.field = node.name
      const verdict = judging.ofField(this.#frame)
      if (verdict !== undefined) return this.#putJudged(node, value, verdict.judgement)
    }
    this.#assembly.claim(node)
    this.#putValue(node.name, node.type ?? this.#type, value)
    if (this.#unit !== '') this.#batch.unit(this.#unit)
  }

  #putValue(name: string, type: FieldTypeName | undefined, value: Scalar): void {
    if (type !== undefined) return addTyped(this.#batch, name, type, foundType(value), scalarText(value))
    if (typeof value === 'number') {
      const text = numberText(value)
      if (value - value !== 0) checkFinite(text, name)
      return this.#batch.field(name, FieldType.float, text)
    }
    if (typeof value === 'bigint') return addFloat(this.#batch, name, String(value))
    if (typeof value === 'string' && this.#parts.textNumbers && isNumber(value))
      return addFloat(this.#batch, name, value)
    this.#batch.field(name, foundType(value), scalarText(value))
  }

  /** As it is: what does not pass need not fit its type. */
  #putJudged(node: FieldNode, value: Scalar, judgement: Judgement): void {
    const isFloat = typeof value === 'number' && value - value === 0
    const type = isFloat || typeof value !== 'number' ? foundType(value) : FieldType.string
    this.#judgedFields++
    this.#assembly.judged(judgement, this.#place, node, type, scalarText(value), this.#unit)
  }

  /** A record without a value that does not pass is seen by what decided it. */
  #addSeen(frame: Frame, { judgement, seen }: Verdict, name: string | undefined): void {
    const node = this.#tree.named(name === undefined || name === '' ? this.#ownName(frame) : name)
    this.#putJudged(node, plainText(seen.read(frame)) ?? '', judgement)
  }
}
