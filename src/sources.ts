import type { Device } from './core/device.js'
import { LEVELS } from './core/device.js'
import { seriesKey } from './core/line-protocol.js'
import type { Tag } from './core/point-batch.js'
import { type Decoder, newTopicMemory, type TopicMemory } from './decode/decoder.js'
import type { LatestSeries, LatestValueStore } from './devices/latest-values.js'
import type { DeviceRegistry } from './devices/registry.js'
import type { TopicLevels, TopicPattern } from './devices/topic-pattern.js'

/** How messages of matching topics are read, compiled once from the configuration. */
export interface Route {
  readonly pattern: TopicPattern
  readonly decoder: Decoder
  readonly measurement: string
}

export interface Series {
  /** Measurement and tag set, escaped. */
  readonly key: string
  readonly latest: LatestSeries
}

const MAX_SERIES_PER_SOURCE = 1_024
const MAX_TOPICS_PER_GENERATION = 100_000

/** All that is known of one topic (of one client, if the topic does not name the device). */
export class Source {
  readonly device: Device
  readonly decoder: Decoder
  readonly memory: TopicMemory
  readonly #route: Route
  readonly #tags: readonly Tag[]
  readonly #latest: LatestValueStore
  readonly #own: Series
  readonly #others = new Map<string, Series>()

  constructor(route: Route, device: Device, topic: string, latest: LatestValueStore) {
    this.device = device
    this.decoder = route.decoder
    this.memory = newTopicMemory(topic)
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

/** Per topic: a source, the clients that share it, or undefined for topics that no route matches. */
type Known = Source | Map<string, Source> | undefined

/**
 * Topic → source, found once by the routes and then remembered. Memory is bounded by two generations: when the younger
 * is full, the older is forgotten, and what is still in use moves over.
 */
export class Sources {
  readonly #routes: readonly Route[]
  readonly #devices: DeviceRegistry
  readonly #latest: LatestValueStore
  readonly #onNewDevice: (device: Device) => void
  #young = new Map<string, Known>()
  #old = new Map<string, Known>()

  /** @param onNewDevice called when a device is met for the first time, before anything is counted for it. */
  constructor(
    routes: readonly Route[],
    devices: DeviceRegistry,
    latest: LatestValueStore,
    onNewDevice: (device: Device) => void,
  ) {
    this.#routes = routes
    this.#devices = devices
    this.#latest = latest
    this.#onNewDevice = onNewDevice
  }

  /** Undefined if no route matches the topic. */
  identify(topic: string, clientId: string): Source | undefined {
    const known = this.#young.get(topic) ?? this.#lookUp(topic)
    return known instanceof Map ? this.#ofClient(known, topic, clientId) : known
  }

  #lookUp(topic: string): Known {
    if (this.#young.has(topic)) return undefined
    const known = this.#old.has(topic) ? this.#old.get(topic) : this.#find(topic)
    if (this.#young.size >= MAX_TOPICS_PER_GENERATION) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(topic, known)
    return known
  }

  #find(topic: string): Known {
    for (const route of this.#routes) {
      const levels = route.pattern.match(topic)
      if (levels !== undefined) return levels.device === '' ? new Map() : this.#meet(route, levels, topic)
    }
    return undefined
  }

  #ofClient(clients: Map<string, Source>, topic: string, clientId: string): Source | undefined {
    const known = clients.get(clientId)
    if (known !== undefined) return known
    for (const route of this.#routes) {
      const levels = route.pattern.match(topic)
      if (levels === undefined) continue
      const source = this.#meet(route, { ...levels, device: clientId }, topic)
      if (clients.size < MAX_TOPICS_PER_GENERATION) clients.set(clientId, source)
      return source
    }
    return undefined
  }

  #meet(route: Route, levels: TopicLevels, topic: string): Source {
    const { device, isNew } = this.#devices.meet(levels)
    if (isNew) this.#onNewDevice(device)
    return new Source(route, device, topic, this.#latest)
  }
}
