/**
 * Sparkplug B, as a host application reads it (Sparkplug 3.0, chapters 4 to 6).
 *
 *     NBIRTH, DBIRTH   names, aliases, types and units are kept; the values are points; what waited for it is released
 *     NDATA, DDATA     points by the birth, or `awaiting_birth`: the message is held until there is one
 *     NDEATH, DDEATH   whatever the birth said is void; no points
 *     NCMD, DCMD, STATE  are on their way to others; no points
 *
 * A message is decoded when it comes, in whatever order: a metric has a time of its own. Its sequence number only tells
 * whether something is missing. Effects are those of the context alone.
 */
import type { TopicLevels } from '../../core/device.js'
import type { PointBatch } from '../../core/point-batch.js'
import {
  DecodeError,
  type Decoder,
  type DecoderContext,
  type DecoderOptions,
  type TopicMemory,
} from '../decoder.js'
import type { BirthTable, KeptDefinition } from './birth-table.js'
import { Births } from './births.js'
import { readPayload } from './compressed.js'
import type { BirthWanted, EdgeNode, SparkplugOptions } from './events.js'
import { MetricPoints, UnknownMetric } from './metric-points.js'
import type { NodeSession } from './node-session.js'
import { DEFAULT_PLACE, Place } from './place.js'
import { Order } from './sequence.js'
import { NAMESPACE, parseTopic, type SparkplugTopic } from './topic.js'
import { bdSeqOf, DefinitionReader, PayloadReader } from './wire/index.js'

export const DEFAULT_SPARKPLUG: SparkplugOptions = {
  place: DEFAULT_PLACE,
  badQuality: 'skip',
  maxBirthBytes: 67_108_864,
}

/** What a topic says, found out once. */
class KnownTopic {
  readonly topic: SparkplugTopic
  readonly levels: TopicLevels

  constructor(topic: SparkplugTopic, levels: TopicLevels) {
    this.topic = topic
    this.levels = levels
  }
}

export class SparkplugDecoder implements Decoder {
  readonly #context: DecoderContext
  readonly #place: Place
  readonly #births: Births
  readonly #points: MetricPoints
  readonly #reader = new PayloadReader()
  readonly #definitions = new DefinitionReader()
  #isLoaded = false

  constructor(options: DecoderOptions, context: DecoderContext) {
    const { place, badQuality, maxBirthBytes } = options.sparkplug ?? DEFAULT_SPARKPLUG
    this.#context = context
    this.#place = new Place(place)
    this.#births = new Births(context.store, maxBirthBytes, context.now)
    this.#points = new MetricPoints(options, badQuality)
  }

  deviceOf(topic: string): TopicLevels | undefined {
    const parsed = parseTopic(topic)
    if (parsed === undefined || parsed.type === 'STATE') return undefined
    return this.#place.of(parsed.group, parsed.node, parsed.device)
  }

  isTelemetry(topic: string): boolean {
    const type = parseTopic(topic)?.type
    return type !== 'NCMD' && type !== 'DCMD' && type !== 'STATE'
  }

  decode(payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const known = this.#know(memory)
    this.#load()
    switch (known.topic.type) {
      case 'NBIRTH':
        return this.#nodeBirth(known, payload, memory, batch)
      case 'DBIRTH':
        return this.#deviceBirth(known, payload, memory, batch)
      case 'NDATA':
      case 'DDATA':
        return this.#data(known, payload, memory, batch)
      case 'NDEATH':
        return this.#nodeDeath(known, payload)
      case 'DDEATH':
        return this.#deviceDeath(known, payload)
      case 'NCMD':
      case 'DCMD':
      case 'STATE':
        return
    }
  }

  #know(memory: TopicMemory): KnownTopic {
    if (memory.own instanceof KnownTopic) return memory.own
    const topic = parseTopic(memory.topic)
    if (topic === undefined)
      throw new DecodeError('malformed', `${memory.topic.slice(0, 200)} is no topic of Sparkplug B`)
    const known = new KnownTopic(topic, this.#place.of(topic.group, topic.node, topic.device))
    memory.own = known
    return known
  }

  /** Not at once: a decoder that is never used, as in most trials, needs no births. */
  #load(): void {
    if (this.#isLoaded) return
    this.#isLoaded = true
    this.#births.load()
  }

  #nodeBirth({ topic, levels }: KnownTopic, payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const reader = this.#read(payload)
    const definitions = this.#define(reader)
    const node = this.#births.meet(topic.group, topic.node, '')
    const bornMs = timeOf(reader)
    const bdSeq = bdSeqOf(reader)
    if (this.#isNews(node, '') && !isSame(node, bdSeq, bornMs)) {
      this.#births.renew(node, bdSeq, bornMs)
      node.isLive = true
      if (hasSeq(reader) && node.sequence.begin(reader.seq, bornMs)) this.#context.sparkplug?.gapClosed(node)
      this.#born(node, memory.topic, '', levels, definitions, payload)
    }
    this.#append(batch, reader, this.#births.table(node, '')!, node, memory)
  }

  /** Without the birth of its edge node it says all of itself; but the edge node is to tell what else there is. */
  #deviceBirth(known: KnownTopic, payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const { topic, levels } = known
    const reader = this.#read(payload)
    const definitions = this.#define(reader)
    const isUnborn = this.#births.node(topic.group, topic.node)?.births.has('') !== true
    const node = this.#births.meet(topic.group, topic.node, topic.device)
    if (node.session === 0) this.#births.renew(node, -1, -1)
    this.#follow(node, reader)
    if (isUnborn) this.#want(node, 'node_unborn')
    if (this.#isNews(node, topic.device))
      this.#born(node, memory.topic, topic.device, levels, definitions, payload)
    this.#append(batch, reader, this.#births.table(node, topic.device)!, node, memory)
  }

  #data({ topic }: KnownTopic, payload: Buffer, memory: TopicMemory, batch: PointBatch): void {
    const reader = this.#read(payload)
    const { group, device } = topic
    const node = this.#births.node(group, topic.node)
    if (node !== undefined) this.#follow(node, reader)
    const birth = node && this.#births.table(node, device)
    if (node === undefined || birth === undefined) {
      const isUnborn = node?.births.has('') !== true
      this.#want(node ?? { group, node: topic.node }, isUnborn ? 'node_unborn' : 'device_unborn')
      throw new DecodeError(
        'awaiting_birth',
        `${memory.topic.slice(0, 200)}: no birth certificate says yet what this is about`,
      )
    }
    if (!node.isLive && !this.#isReplay) {
      node.isLive = true
      this.#want(node, 'restored')
    }
    this.#append(batch, reader, birth, node, memory)
  }

  /** tck-id-payloads-ndeath-bdseq: the certificate of an earlier connection says nothing of this one. */
  #nodeDeath({ topic, levels }: KnownTopic, payload: Buffer): void {
    const bdSeq = bdSeqOf(this.#read(payload))
    if (this.#isReplay) return
    const { group, node: name } = topic
    const node = this.#births.node(group, name)
    if (node !== undefined && node.bdSeq >= 0 && bdSeq >= 0 && node.bdSeq !== bdSeq) {
      this.#context.sparkplug?.staleDeath(node)
      return
    }
    const devices = node?.devices.map((device) => this.#place.of(group, name, device)) ?? []
    if (node !== undefined) this.#births.renew(node, node.bdSeq, -1)
    this.#context.sparkplug?.death({ from: { group, node: name }, levels, devices, timeMs: undefined })
  }

  #deviceDeath({ topic, levels }: KnownTopic, payload: Buffer): void {
    const reader = this.#read(payload)
    if (this.#isReplay) return
    const { group, device } = topic
    const node = this.#births.node(group, topic.node)
    if (node !== undefined) {
      this.#follow(node, reader)
      if (node.births.has(device)) this.#births.remove(node, device)
    }
    const timeMs = reader.timestampMs === '' ? undefined : timeOf(reader)
    this.#context.sparkplug?.death({ from: { group, node: topic.node }, levels, devices: [], timeMs })
  }

  #read(payload: Buffer): PayloadReader {
    readPayload(this.#reader, payload)
    return this.#reader
  }

  #define(reader: PayloadReader): KeptDefinition[] {
    const definitions: KeptDefinition[] = []
    for (let i = 0; i < reader.metrics; i++) {
      if (reader.names[i] === '') throw new DecodeError('bad_name', `metric ${i} of the birth has no name`)
      definitions.push(this.#definitions.read(reader, i))
    }
    return definitions
  }

  /** A birth that is decoded once more says something new only where nothing is known. */
  #isNews(node: NodeSession, device: string): boolean {
    return !this.#isReplay || !node.births.has(device)
  }

  #born(
    node: NodeSession,
    topic: string,
    device: string,
    levels: TopicLevels,
    definitions: readonly KeptDefinition[],
    payload: Buffer,
  ): void {
    this.#births.keep(node, device, definitions)
    this.#context.sparkplug?.birth({ topic, from: node, levels, payload })
    const held = device === '' ? `NDATA/${node.node}` : `DDATA/${node.node}/${device}`
    this.#context.release('awaiting_birth', `${NAMESPACE}/${node.group}/${held}`)
  }

  /** The place of the message in the sequence of its edge node; a message that is decoded once more has none. */
  #follow(node: NodeSession, reader: PayloadReader): void {
    if (!hasSeq(reader) || this.#isReplay) return
    const order = node.sequence.next(reader.seq, timeOf(reader))
    if (order === Order.gap) this.#context.sparkplug?.gapOpened(node)
    else if (order === Order.closed) this.#context.sparkplug?.gapClosed(node)
  }

  #append(
    batch: PointBatch,
    reader: PayloadReader,
    birth: BirthTable,
    node: EdgeNode,
    memory: TopicMemory,
  ): void {
    try {
      this.#points.append(batch, reader, birth, memory)
    } catch (error) {
      if (error instanceof UnknownMetric) this.#want(node, 'metric_unknown')
      throw error
    }
  }

  #want(from: EdgeNode, why: BirthWanted): void {
    if (!this.#isReplay) this.#context.sparkplug?.birthWanted(from, why)
  }

  get #isReplay(): boolean {
    return this.#context.isReplay?.() ?? false
  }
}

/** The same certificate once more: the devices that were born since then are not unborn. */
function isSame(node: NodeSession, bdSeq: number, bornMs: number): boolean {
  return bornMs > 0 && node.bornMs === bornMs && node.bdSeq === bdSeq && node.births.has('')
}

/** Epoch milliseconds; 0 if the message has no time. */
function timeOf({ timestampMs }: PayloadReader): number {
  return Number(timestampMs)
}

/** A number that no sequence has is none. */
function hasSeq({ seq }: PayloadReader): boolean {
  return seq >= 0 && seq <= 255
}
