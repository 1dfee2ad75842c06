import type { PointBatch } from '../../core/point-batch.js'
import {
  DecodeError,
  type Decoder,
  type DecoderContext,
  type DecoderOptions,
  type TopicMemory,
} from '../decoder.js'
import { type DocumentFormat, DocumentReader } from '../documents/index.js'
import { Expression } from '../expression/index.js'
import { type CompiledMapping, compileMapping } from './compile.js'
import { firstThatHolds } from './conditions.js'
import { Frame, TopicParts } from './frame.js'
import type { Learner } from './learner.js'
import { NameTables } from './names.js'
import { PlainDocument } from './plain-document.js'

const MAX_INFLATED_BYTES = 16 * 1_048_576

/**
 * Documents: read whole, put through the expression of the route if it has one, then read by its mapping into points.
 * Without a mapping they are read as `json` is.
 */
export class MappingDecoder implements Decoder {
  readonly #reader: DocumentReader
  readonly #expression: Expression | undefined
  readonly #mapping: CompiledMapping | undefined
  readonly #plain: PlainDocument
  readonly #names: NameTables
  readonly #frame: Frame
  readonly #context: DecoderContext
  readonly #waiting: readonly string[]

  /** @throws {MappingInvalidError} */
  constructor(format: DocumentFormat, options: DecoderOptions, context: DecoderContext) {
    const { compression = 'auto', maxInflatedBytes = MAX_INFLATED_BYTES, expression, mapping } = options
    this.#reader = new DocumentReader(format, { compression, maxInflatedBytes })
    this.#expression = expression === undefined ? undefined : compileExpression(expression, context)
    this.#mapping = mapping === undefined ? undefined : compileMapping(mapping, options)
    this.#plain = new PlainDocument(options)
    this.#names = new NameTables(context.store)
    this.#frame = new Frame(this.#names)
    this.#context = context
    this.#waiting = options.waitingForNames ?? []
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const read = this.#reader.read(payload)
    // An expression that finds nothing gives null, which is a document too.
    const document = this.#expression === undefined ? read : this.#expression.evaluate(read)
    if (this.#mapping === undefined) return this.#plain.read(document, memory.lastLevel, batch)
    this.#names.beginMessage()
    this.#frame.open(document, topicParts(memory))
    try {
      const { ignore } = this.#mapping
      if (ignore.length > 0 && firstThatHolds(ignore, this.#frame) !== undefined) return
      if (this.#mapping.learner === undefined) this.#readRecords(this.#mapping, batch)
      else this.#learn(this.#mapping.learner)
    } finally {
      this.#frame.close()
    }
  }

  #readRecords({ readers, assembly, slots }: CompiledMapping, batch: PointBatch): void {
    assembly.open(batch)
    let records = 0
    for (const reader of readers) records += reader.read(this.#frame, batch)
    assembly.end()
    slots.endMessage()
    if (records === 0)
      throw new DecodeError('no_records', 'the document has no record where the mapping looks for one')
    if (batch.points === 0) throw new DecodeError('no_fields', 'the records hold no value')
  }

  #learn(learner: Learner): void {
    const isNew = this.#names.learn(learner.table, learner.read(this.#frame))
    if (!isNew) return
    for (const topicFilter of this.#waiting) this.#context.release('awaiting_names', topicFilter)
  }
}

function compileExpression(source: string, { expressions }: DecoderContext): Expression {
  if (expressions !== undefined) return new Expression(source, expressions)
  throw new Error('A decoder with an expression needs a context that has expressions')
}

function topicParts(memory: TopicMemory): TopicParts {
  if (memory.own instanceof TopicParts) return memory.own
  const parts = new TopicParts(memory.topic)
  memory.own = parts
  return parts
}
