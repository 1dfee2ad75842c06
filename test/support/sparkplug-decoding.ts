import { PointBatch } from '../../src/core/point-batch.js'
import { DecodeError, type DecoderStore, newTopicMemory, type TopicMemory } from '../../src/decode/decoder.js'
import { DEFAULT_SPARKPLUG, SparkplugDecoder } from '../../src/decode/sparkplug/decoder.js'
import type {
  Birth,
  BirthWanted,
  Death,
  EdgeNode,
  SparkplugEvents,
  SparkplugOptions,
} from '../../src/decode/sparkplug/events.js'
import { MemoryStore } from './memory-store.js'
import { type PlainPoint, pointsOf } from './points.js'
import { payloadOf, type TestPayload } from './sparkplug-messages.js'

/** Writes events down, one line each. */
export class EventLog implements SparkplugEvents {
  readonly lines: string[] = []

  birth({ topic }: Birth): void {
    this.lines.push(`birth ${topic}`)
  }

  death({ from, levels, devices, timeMs }: Death): void {
    const gone = [levels, ...devices].map(({ site, line, device }) =>
      [site, line, device].filter(Boolean).join('/'),
    )
    this.lines.push(
      `death ${from.group}/${from.node}: ${gone.join(' ')}${timeMs === undefined ? '' : ` at ${timeMs}`}`,
    )
  }

  staleDeath({ group, node }: EdgeNode): void {
    this.lines.push(`stale death ${group}/${node}`)
  }

  birthWanted({ group, node }: EdgeNode, why: BirthWanted): void {
    this.lines.push(`wanted ${group}/${node}: ${why}`)
  }

  gapOpened({ group, node }: EdgeNode): void {
    this.lines.push(`gap ${group}/${node}`)
  }

  gapClosed({ group, node }: EdgeNode): void {
    this.lines.push(`closed ${group}/${node}`)
  }
}

export interface DecodingParts {
  readonly store?: DecoderStore
  readonly options?: Partial<SparkplugOptions>
  readonly events?: SparkplugEvents
  readonly now?: () => number
}

/** A decoder with its surroundings. */
export class Decoding {
  readonly store: DecoderStore
  readonly log = new EventLog()
  readonly released: string[] = []
  readonly batch = new PointBatch()
  readonly decoder: SparkplugDecoder
  isReplay = false
  readonly #memories = new Map<string, TopicMemory>()

  constructor(parts: DecodingParts = {}) {
    this.store = parts.store ?? new MemoryStore()
    this.decoder = new SparkplugDecoder(
      { timestampUnit: 'auto', fieldTypes: {}, sparkplug: { ...DEFAULT_SPARKPLUG, ...parts.options } },
      {
        store: this.store,
        release: (reason, filter) => this.released.push(`${reason} ${filter}`),
        now: parts.now ?? Date.now,
        isReplay: () => this.isReplay,
        sparkplug: parts.events ?? this.log,
      },
    )
  }

  /** Points, or the code of the failure. */
  take(topic: string, payload: Buffer | TestPayload): readonly PlainPoint[] | string {
    const bytes = Buffer.isBuffer(payload) ? payload : payloadOf(payload)
    const memory = this.#memories.get(topic) ?? newTopicMemory(topic)
    this.#memories.set(topic, memory)
    this.batch.clear()
    try {
      this.decoder.decode(bytes, memory, this.batch)
      return pointsOf(this.batch)
    } catch (error) {
      if (error instanceof DecodeError) return error.code
      throw error
    }
  }

  /** Once more, as a dead letter that is replayed. */
  replay(topic: string, payload: Buffer | TestPayload): readonly PlainPoint[] | string {
    this.isReplay = true
    const taken = this.take(topic, payload)
    this.isReplay = false
    return taken
  }

  /** What was logged since the last call. */
  events(): string[] {
    return this.log.lines.splice(0)
  }
}

/** Fields of all points as `name=text`, one text for each point. */
export function fieldsOf(taken: readonly PlainPoint[] | string): string[] | string {
  if (typeof taken === 'string') return taken
  return taken.map(({ fields }) => fields.map(([name, , text]) => `${name}=${text}`).join(' '))
}
