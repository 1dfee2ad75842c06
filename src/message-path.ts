/**
 * The way of messages in, from the broker to the spool, and what goes with it:
 *
 *     broker ─▶ ingest ─▶ spool
 *                ▲  ├───▶ recent     samples, to try another configuration with
 *                │  └───▶ sparkplug  what edge nodes say beyond their points
 *                ├─ replay           dead letters that come back
 *                └─ reload           another reading, between two messages
 */

import { overlaid } from './config/overlay.js'
import type { GatewayConfig } from './config/schema.js'
import type { Logger } from './core/logger.js'
import type { StateStore } from './core/state.js'
import type { DecoderContext } from './decode/decoder.js'
import { ExpressionWorker } from './decode/expression/index.js'
import { mappingsAreSound } from './decode/mapping/index.js'
import type { LatestValueStore } from './devices/latest-values.js'
import { Ingest } from './ingest.js'
import {
  qualityParts,
  type ReadingConfig,
  readingOf,
  type TrialBase,
  trialOf,
  widestWindow,
} from './intake/configured.js'
import { RecentMessages } from './intake/recent-messages.js'
import { Sources } from './intake/sources.js'
import { Speakers, type SpeakersParts } from './intake/speakers.js'
import { KnowledgeStore, TableStore } from './intake/stores.js'
import type { ConfiguredTrial } from './intake/trial.js'
import type { Plant } from './plant.js'
import type { QualityParts } from './quality/plan.js'
import { Reloader, usesSparkplug } from './reload.js'
import { Replay } from './replay.js'
import { SparkplugHost, type SparkplugHostParts } from './sparkplug/host.js'
import type { Spool } from './spool/spool.js'

/** Blocks of the last moments before a crash hold what will be sent again. */
export const RECALL_MS = 2_000
const RECALL_BYTES = 16 * 1_048_576

export interface MessagePathParts {
  readonly config: GatewayConfig
  readonly state: StateStore
  readonly spool: Spool
  readonly plant: Plant
  readonly latest: LatestValueStore
  readonly logger: Logger
  /** Of the broker, which is built later and needs `accept`. */
  readonly publish: SparkplugHostParts['publish']
  readonly subscribe: SparkplugHostParts['subscribe']
  /** Other topics than before are telemetry. */
  readonly onReading: () => void
  /** Another configuration is in force. */
  readonly onConfigured: (config: GatewayConfig) => void
  readonly accessOf: SpeakersParts['accessOf']
  readonly onSpeakerRefused: NonNullable<SpeakersParts['onRefused']>
  /** Reads the configuration again. Without it nothing is reloaded. */
  readonly load?: () => GatewayConfig
  /** Where relative paths of presets start. */
  readonly directory?: string
}

export class MessagePath {
  readonly ingest: Ingest
  readonly replay: Replay
  readonly reloader: Reloader | undefined
  readonly quality: QualityParts
  readonly sparkplug: SparkplugHost | undefined
  readonly speakers: Speakers
  readonly #parts: MessagePathParts
  readonly #sources: Sources
  readonly #recent = new RecentMessages()
  readonly #expressions = new ExpressionWorker()
  readonly #knowledge: KnowledgeStore
  readonly #qualityStore: TableStore
  readonly #context: DecoderContext
  readonly #config: GatewayConfig

  constructor(parts: MessagePathParts) {
    const { config, state, spool, logger } = parts
    const alongside = (write: () => void) => spool.alongside(write)
    this.#parts = parts
    this.#config = config
    this.#knowledge = new KnowledgeStore(state, alongside)
    this.#qualityStore = new TableStore(state, alongside)
    this.quality = qualityParts(this.#qualityStore, logger)
    parts.plant.registry.onChange(({ slot, after }) => {
      if (after === undefined) this.quality.series.forget(slot)
    })
    this.sparkplug = usesSparkplug(config) ? this.#newHost() : undefined
    this.#context = {
      store: this.#knowledge,
      release: (reason, topicFilter) => this.replay.release(reason, topicFilter),
      now: Date.now,
      isReplay: () => this.ingest.isReadmitting,
      expressions: this.#expressions,
      ...(this.sparkplug === undefined ? {} : { sparkplug: this.sparkplug }),
    }
    this.speakers = new Speakers({
      accessOf: parts.accessOf,
      find: (levels) => parts.plant.registry.deviceFor(levels),
      onRefused: parts.onSpeakerRefused,
    })
    this.#sources = this.#newSources()
    this.ingest = this.#newIngest()
    this.replay = new Replay({
      letters: spool.deadLetters,
      readmit: (letter) => this.ingest.readmit(letter),
      spool,
      logger,
    })
    this.reloader = this.#newReloader()
  }

  /** Whether messages of this topic and client are for a route. */
  isTelemetry(topic: string, clientId: string): boolean {
    return this.#sources.identify(topic, clientId) !== undefined
  }

  /** When blocks are in the ledger, and before messages are accepted. */
  start(): void {
    this.#recall()
    this.#recent.start()
    this.replay.start()
  }

  /** When no more messages come, and before the spool is flushed for the last time. */
  async close(): Promise<void> {
    this.replay.stop()
    this.#recent.close()
    await this.#expressions.close()
  }

  /** Of the configuration in force, or of one whose sections `routes` and `quality` are these, as YAML. */
  trial(yaml?: string): ConfiguredTrial {
    return trialOf(yaml === undefined ? this.#inForce : this.#with(yaml), this.#trialBase)
  }

  recent(count: number): ReturnType<RecentMessages['newest']> {
    return this.#recent.newest(count)
  }

  /** What a crash kept from being acknowledged is sent again: the points of the last blocks are known for it. */
  #recall(): void {
    const { spool, logger } = this.#parts
    const window = widestWindow(this.#config)
    if (window === 0) return
    for (const lines of spool.recentLines(RECALL_MS, RECALL_BYTES)) {
      const { failure } = this.quality.points.recall(lines, window)
      if (failure !== undefined) logger.warn({ failure }, 'Points of a block could not be read again.')
    }
  }

  get #inForce(): GatewayConfig {
    return this.reloader?.config ?? this.#config
  }

  get #trialBase(): TrialBase {
    const { plant, logger } = this.#parts
    return {
      decoders: this.#knowledge,
      quality: this.#qualityStore,
      devices: plant.registry,
      expressions: this.#expressions,
      logger,
    }
  }

  #with(yaml: string): ReadingConfig {
    const { directory } = this.#parts
    const base = directory === undefined ? {} : { baseDirectory: directory }
    return overlaid(this.#inForce, yaml, { checks: [mappingsAreSound], ...base })
  }

  #newSources(): Sources {
    const { plant, latest, spool, config } = this.#parts
    const { registry, production } = plant
    return new Sources(this.#read(config), {
      devices: {
        revision: () => registry.tree.revision,
        meet: (levels) => registry.meet(levels),
        get: (slot) => registry.get(slot),
      },
      latest,
      isRejected: (slot) => registry.isRejected(slot),
      onNewDevice: (device) => spool.alongside(() => registry.persist(device)),
      readerOf: (plan) => production.reader(plan),
    })
  }

  #read(config: GatewayConfig): ReturnType<typeof readingOf> {
    return readingOf(config, this.#context, this.quality)
  }

  #newIngest(): Ingest {
    const { spool, plant, logger } = this.#parts
    return new Ingest({
      sources: this.#sources,
      spool,
      logger,
      speakers: this.speakers,
      onSpeaker: (slot, clientId) => plant.presence.linked(slot, clientId),
      recent: this.#recent,
    })
  }

  #newReloader(): Reloader | undefined {
    const { config, load, logger, onReading, onConfigured } = this.#parts
    if (load === undefined) return undefined
    return new Reloader({
      config,
      load,
      swap: (next) => {
        this.#sources.replace(this.#read(next))
        onConfigured(next)
        onReading()
      },
      trialOf: (one) => trialOf(one, this.#trialBase),
      recent: () => this.#recent.newest(Number.POSITIVE_INFINITY),
      logger,
    })
  }

  #newHost(): SparkplugHost {
    const { config, state, spool, plant, logger, publish, subscribe } = this.#parts
    return new SparkplugHost({
      options: config.sparkplug,
      publish,
      subscribe,
      state,
      presence: plant.presence,
      slotOf: (levels) => plant.registry.deviceFor(levels)?.slot,
      afterBlock: (run) => {
        spool.open.wait((error) => (error ? undefined : run()))
        spool.touched()
      },
      logger,
    })
  }
}
