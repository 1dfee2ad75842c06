import type { DocumentPath, FieldTypeName } from '../decoder.js'
import type { Document } from '../documents/index.js'

/** What a topic says, taken apart once per topic. */
export class TopicParts {
  readonly topic: string
  readonly levels: readonly string[]
  readonly #rests = new Map<number, string>()

  constructor(topic: string) {
    this.topic = topic
    this.levels = topic.split('/')
  }

  get last(): string {
    return this.levels.at(-1)!
  }

  /** The levels from this one on. */
  rest(level: number): string {
    let rest = this.#rests.get(level)
    if (rest === undefined) {
      rest = this.levels.slice(level).join('/')
      this.#rests.set(level, rest)
    }
    return rest
  }
}

/** What a message that explains names says of one. */
export interface LearntName {
  readonly name: string
  readonly unit: string
  readonly type: FieldTypeName | undefined
}

export interface LearntNames {
  find(table: string, key: string): LearntName | undefined
}

/**
 * Where reading stands: the record and all that is around it. One per decoder, used for every record.
 *
 *     values[0]  the root     values[1]  the value one step below …  values[depth]  the record
 *     keys[i]    the name or the index under which values[i] stands in values[i − 1]
 */
export class Frame {
  readonly values: Document[] = []
  readonly keys: (string | number)[] = ['']
  topic: TopicParts = new TopicParts('')
  names: LearntNames
  /** What the name picked last was learnt to be. */
  learnt: LearntName | undefined
  /** Of the field at hand, for conditions. */
  value: Document | undefined
  field = ''

  constructor(names: LearntNames) {
    this.names = names
  }

  open(root: Document, topic: TopicParts): void {
    this.values[0] = root
    this.topic = topic
  }

  /** Lets go of the message: what it held is not kept alive until the next one. */
  close(): void {
    this.values.fill(null)
    this.value = null
    this.learnt = undefined
  }

  /** The nearest name at this depth or above it. */
  nameAt(depth: number): string | undefined {
    for (let i = depth; i > 0; i--) {
      const key = this.keys[i]
      if (typeof key === 'string') return key
    }
    return undefined
  }

  indexAt(depth: number): number | undefined {
    const key = depth === 0 ? undefined : this.keys[depth]
    return typeof key === 'number' ? key : undefined
  }

  /** The way from the root, without the elements of what is no list. */
  path(depth: number): DocumentPath {
    return this.keys.slice(1, depth + 1).filter((_, i) => this.values[i + 1] !== this.values[i])
  }
}
