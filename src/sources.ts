import type { RouteConfig } from './config/schema.js'
import type { Device } from './core/device.js'
import { LEVELS } from './core/device.js'
import { Generations } from './core/generations.js'
import { seriesKey } from './core/line-protocol.js'
import type { Tag } from './core/point-batch.js'
import { type Decoder, newTopicMemory, type TopicMemory } from './decode/decoder.js'
import { createDecoder } from './decode/index.js'
import type { LatestSeries, LatestValueStore } from './devices/latest-values.js'
import { ProductionPlan } from './devices/production/plan.js'
import type { ProductionReader } from './devices/production/reader.js'
import type { DeviceRegistry } from './devices/registry.js'
import { type TopicLevels, TopicPattern } from './devices/topic-pattern.js'

/** How messages of matching topics are read, compiled once from the configuration. */
export interface Route {
  readonly pattern: TopicPattern
  readonly decoder: Decoder
  readonly measurement: string
  /** What of the points counts parts or tells the state of a machine. */
  readonly production?: ProductionPlan
}

/** As the configuration has it. */
export function routeOf(config: RouteConfig): Route {
  const { topic, decoder, measurement, timestamp, fieldTypes, field, production } = config
  return {
    pattern: new TopicPattern(topic),
    decoder: createDecoder(decoder, {
      ...(timestamp.key === undefined ? {} : { timestampKey: timestamp.key }),
      timestampUnit: timestamp.unit,
      fieldTypes,
      ...(field === undefined ? {} : { field }),
    }),
    measurement,
    ...(production === undefined ? {} : { production: new ProductionPlan(production) }),
  }
}

export interface Series {
  /** Measurement and tag set, escaped. */
  readonly key: string
  readonly latest: LatestSeries
}

const MAX_SERIES_PER_SOURCE = 1_024
const SOURCES_PER_GENERATION = 100_000

/** All that is known of one topic (of one client, if the topic does not name the device). */
export class Source {
  readonly device: Device
  readonly decoder: Decoder
  readonly memory: TopicMemory
  /** Nobody wants its messages. */
  readonly isRejected: boolean
  readonly production: ProductionReader | undefined
  /** The client that sent the last message. */
  clientId = ''
  readonly #route: Route
  readonly #tags: readonly Tag[]
  readonly #latest: LatestValueStore
  readonly #own: Series
  readonly #others = new Map<string, Series>()

  constructor(route: Route, device: Device, topic: string, { devices, latest, readerOf }: SourcesParts) {
    this.device = device
    this.decoder = route.decoder
    this.memory = newTopicMemory(topic)
    this.isRejected = devices.isRejected(device.slot)
    this.production = route.production && readerOf?.(route.production)
    this.#route = route
    this.#tags = LEVELS.map((name) => ({ name, value: device[name] }))
    this.#latest = latest
    this.#own = this.#build(route.measurement, [])
  }

  /** The series of a point; '' is the measurement of the route. A tag of the device wins over one of the payload. */
  series(measurement: string, tags: readonly Tag[]): Series {
    if (measurement === '' && tags.length === 0) return this.#own
    const name = measurement === '' ? this.#route.measurement : measurement
    const key =
      tags.length === 0 ? name : `${name}\n${tags.map((tag) => `${tag.name}\n${tag.value}`).join('\n')}`
    const known = this.#others.get(key)
    if (known !== undefined) return known
    const series = this.#build(name, tags)
    if (this.#others.size < MAX_SERIES_PER_SOURCE) this.#others.set(key, series)
    return series
  }

  #build(measurement: string, tags: readonly Tag[]): Series {
    const own = tags.filter(({ name }) => !this.#tags.some((tag) => tag.name === name && tag.value !== ''))
    return {
      key: seriesKey(measurement, [...own, ...this.#tags]),
      latest: this.#latest.series(this.device.slot, measurement),
    }
  }
}

/** A topic that does not name the device: the client does. */
class SharedTopic {
  readonly route: Route
  readonly levels: TopicLevels

  constructor(route: Route, levels: TopicLevels) {
    this.route = route
    this.levels = levels
  }
}

const NO_ROUTE = { route: undefined } as const
type Known = Source | SharedTopic | typeof NO_ROUTE

export interface SourcesParts {
  readonly routes: readonly Route[]
  readonly devices: DeviceRegistry
  readonly latest: LatestValueStore
  /** Called when a device is met for the first time, before anything is counted for it. */
  readonly onNewDevice: (device: Device) => void
  /** A reader for one device. Without it nothing is counted. */
  readonly readerOf?: (plan: ProductionPlan) => ProductionReader
  /** How many topics, and how many clients on shared topics, are remembered at least. */
  readonly perGeneration?: number
}

/**
 * Topic → source, found once by the routes and then remembered, until a device moves or is rejected. Memory is bounded by
 * generations (core/generations.ts): one of topics, one of clients on topics that they share.
 */
export class Sources {
  readonly #parts: SourcesParts
  readonly #perGeneration: number
  #topics!: Generations<Known>
  #clients!: Generations<Source>
  /** Of the tree of devices, when what is remembered was found. */
  #revision = -1

  constructor(parts: SourcesParts) {
    this.#parts = parts
    this.#perGeneration = parts.perGeneration ?? SOURCES_PER_GENERATION
    this.#forget()
  }

  /** Topics and clients remembered. */
  get size(): number {
    return this.#topics.size + this.#clients.size
  }

  /** Undefined if no route matches the topic. */
  identify(topic: string, clientId: string): Source | undefined {
    if (this.#revision !== this.#parts.devices.tree.revision) this.#forget()
    const known = this.#topics.get(topic) ?? this.#lookUp(topic)
    if (known instanceof Source) return known
    return known instanceof SharedTopic ? this.#ofClient(known, topic, clientId) : undefined
  }

  #forget(): void {
    this.#revision = this.#parts.devices.tree.revision
    this.#topics = new Generations(this.#perGeneration)
    this.#clients = new Generations(this.#perGeneration)
  }

  #lookUp(topic: string): Known {
    const found = this.#find(topic)
    this.#topics.set(topic, found)
    return found
  }

  #find(topic: string): Known {
    for (const route of this.#parts.routes) {
      const levels = route.pattern.match(topic)
      if (levels === undefined) continue
      return levels.device === '' ? new SharedTopic(route, levels) : this.#meet(route, levels, topic)
    }
    return NO_ROUTE
  }

  #ofClient({ route, levels }: SharedTopic, topic: string, clientId: string): Source {
    // Either may contain any character: the length tells where the client id ends.
    const key = `${clientId.length} ${clientId}${topic}`
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const source = this.#meet(route, { ...levels, device: clientId }, topic)
    this.#clients.set(key, source)
    return source
  }

  #meet(route: Route, levels: TopicLevels, topic: string): Source {
    const { device, isNew } = this.#parts.devices.meet(levels)
    if (isNew) this.#parts.onNewDevice(device)
    return new Source(route, device, topic, this.#parts)
  }
}
