import { join } from 'node:path'
import type { ClientAccess } from '../../src/core/client-access.js'
import type { Device } from '../../src/core/device.js'
import { LineProtocolParser, type ParsedSeries, parseSeries } from '../../src/core/line-protocol-parser.js'
import { type Logger, silentLogger } from '../../src/core/logger.js'
import type { StateStore } from '../../src/core/state.js'
import type { DecoderContext, DecoderOptions } from '../../src/decode/decoder.js'
import { ExpressionWorker } from '../../src/decode/expression/index.js'
import { createDecoder, type DecoderName } from '../../src/decode/index.js'
import { LatestValueStore } from '../../src/devices/latest-values.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { TopicPattern } from '../../src/devices/topic-pattern.js'
import { Ingest } from '../../src/ingest.js'
import { qualityParts, type ReadingConfig, readingOf } from '../../src/intake/configured.js'
import type { Route } from '../../src/intake/route.js'
import { type MeetingPlace, type Reading, Sources } from '../../src/intake/sources.js'
import { Speakers, type SpeakersParts } from '../../src/intake/speakers.js'
import { KnowledgeStore, TableStore, TrialStore } from '../../src/intake/stores.js'
import type { Qualities } from '../../src/intake/target.js'
import { Ledger } from '../../src/ledger/ledger.js'
import { passThrough, type QualityStage } from '../../src/quality/quality.js'
import { SeriesState } from '../../src/quality/series-state.js'
import { Spool, type SpoolOptions } from '../../src/spool/spool.js'
import { openState, removeDirectory, temporaryDirectory } from './state.js'
import { copyState } from './state-copy.js'

export function route(
  topic: string,
  decoder: DecoderName = 'json',
  options: Partial<DecoderOptions> = {},
): Route {
  const all = { timestampUnit: 'auto', fieldTypes: {}, ...options } as const
  return {
    pattern: new TopicPattern(topic),
    topic,
    decoder: createDecoder(decoder, all, decoderContext()),
    decoderName: decoder,
    measurement: 'telemetry',
  }
}

/** Nothing is kept, and nothing released. */
export function decoderContext(): DecoderContext {
  return { store: new TrialStore(), release: () => undefined, now: Date.now }
}

/** The same stage for all. */
export function qualitiesOf(stage: QualityStage): Qualities {
  return {
    stageFor: () => stage,
    open: ({ slot }: Device, measurement: string, key: string) => new SeriesState(slot, measurement, key),
  }
}

export function placeOf(devices: DeviceRegistry): MeetingPlace {
  return {
    revision: () => devices.tree.revision,
    meet: (levels) => devices.meet(levels),
    get: (slot) => devices.get(slot),
  }
}

export interface IngestRigOptions {
  readonly routes?: readonly Route[]
  readonly quality?: QualityStage
  /** Instead of routes and quality: all that a configuration says of how messages are read. */
  readonly config?: ReadingConfig
  readonly spool?: Partial<SpoolOptions>
  readonly logger?: Logger
  /** Access of clients by id; without it, each may do everything. */
  readonly accesses?: ReadonlyMap<string, ClientAccess>
  readonly onSpeakerRefused?: SpeakersParts['onRefused']
}

/** A line of the spool, read. */
export interface SpooledPoint extends ParsedSeries {
  readonly fields: Readonly<Record<string, string>>
  readonly time: string
}

/** Everything from `accept` to the disk, over a directory of its own. */
export class IngestRig {
  readonly directory = temporaryDirectory()
  readonly state: StateStore
  readonly spool: Spool
  readonly ledger: Ledger
  readonly devices: DeviceRegistry
  readonly latest = new LatestValueStore()
  readonly sources: Sources
  readonly ingest: Ingest
  readonly speakers: Speakers | undefined
  readonly #expressions = new ExpressionWorker()

  private constructor({
    routes = [],
    quality = passThrough,
    config,
    spool,
    logger = silentLogger,
    accesses,
    onSpeakerRefused,
  }: IngestRigOptions) {
    this.state = openState(this.directory)
    this.spool = openSpool(this.state, this.directory, { logger, ...spool })
    this.ledger = new Ledger(this.state)
    this.devices = new DeviceRegistry(this.state)
    const reading = { routes, qualities: qualitiesOf(quality) }
    this.sources = new Sources(config === undefined ? reading : this.readingOf(config), {
      devices: placeOf(this.devices),
      latest: this.latest,
      isRejected: (slot) => this.devices.isRejected(slot),
      onNewDevice: (device) => this.spool.open.alongside(() => this.devices.persist(device)),
    })
    this.speakers =
      accesses &&
      new Speakers({
        accessOf: (clientId) => accesses.get(clientId),
        find: (levels) => this.devices.deviceFor(levels),
        ...(onSpeakerRefused === undefined ? {} : { onRefused: onSpeakerRefused }),
      })
    const speaking = this.speakers === undefined ? {} : { speakers: this.speakers }
    this.ingest = new Ingest({ sources: this.sources, spool: this.spool, logger, ...speaking })
    this.spool.onFlushed((blocks) => {
      for (const block of blocks) this.ledger.apply(block)
    })
  }

  /** As the gateway makes it; what quality remembers begins anew. */
  readingOf(config: ReadingConfig): Reading {
    const alongside = (write: () => void) => this.spool.alongside(write)
    const store = new KnowledgeStore(this.state, alongside)
    const context = { store, release: () => undefined, now: Date.now, expressions: this.#expressions }
    return readingOf(config, context, qualityParts(new TableStore(this.state, alongside), silentLogger))
  }

  static async start(options: IngestRigOptions): Promise<IngestRig> {
    const rig = new IngestRig(options)
    await rig.spool.start(['sink'])
    return rig
  }

  /** Accepts a message and resolves when it is settled. */
  send(topic: string, payload: Buffer | string, qos: 0 | 1 | 2 = 1, clientId = 'client'): Promise<void> {
    return new Promise((resolve, reject) =>
      this.ingest.accept({ topic, payload: Buffer.from(payload), qos, retain: false }, clientId, (error) =>
        error ? reject(error) : resolve(),
      ),
    )
  }

  points(): SpooledPoint[] {
    return pointsIn(this.spool)
  }

  /** What another gateway would find if this one were killed now: the files as they are, opened elsewhere. */
  async afterKill<T>(look: (found: { spool: Spool; devices: DeviceRegistry }) => T): Promise<T> {
    const directory = temporaryDirectory()
    copyState(this.directory, directory)
    const state = openState(directory)
    try {
      return look({ spool: openSpool(state, directory, {}), devices: new DeviceRegistry(state) })
    } finally {
      await state.close()
      removeDirectory(directory)
    }
  }

  async close(): Promise<void> {
    await this.spool.flush()
    this.spool.stop()
    await this.#expressions.close()
    await this.state.close()
    removeDirectory(this.directory)
  }
}

function openSpool(state: StateStore, directory: string, options: Partial<SpoolOptions>): Spool {
  return new Spool(state, {
    flushIntervalMs: 1,
    blockBytes: 1 << 16,
    maxUnflushedBytes: 1 << 24,
    maxBytes: 1 << 27,
    quarantineDirectory: join(directory, 'quarantine'),
    logger: silentLogger,
    ...options,
  })
}

export function pointsIn(spool: Spool): SpooledPoint[] {
  const points: SpooledPoint[] = []
  const parser = new LineProtocolParser()
  for (let sequence = 1; sequence <= spool.lastSequence; sequence++) {
    parser.open(spool.read(sequence)!.block.lines.toString())
    while (parser.next()) {
      const fields = parser.names.slice(0, parser.fields).map((name, f) => [name, parser.texts[f]!] as const)
      points.push({ ...parseSeries(parser.series), fields: Object.fromEntries(fields), time: parser.time })
    }
  }
  return points
}
