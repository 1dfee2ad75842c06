import type { ClientAccess } from '../core/client-access.js'
import type { Device, TopicLevels } from '../core/device.js'
import { Generations } from '../core/generations.js'
import { type Decoder, newTopicMemory, type TopicMemory } from '../decode/decoder.js'
import type { Route } from './route.js'
import { type Qualities, Target, type TargetParts } from './target.js'

const SOURCES_PER_GENERATION = 100_000

/** All that is known of one topic (of one client, if the topic does not name the device). */
export class Source {
  readonly route: Route
  readonly decoder: Decoder
  readonly memory: TopicMemory
  /** The device of the messages, and of points that name no other. */
  readonly own: Target
  /** The client that sent the last message. */
  clientId = ''
  /** What that one may; undefined if it may speak for every device. */
  speaker: ClientAccess | undefined
  /** Whether it may speak for the device of the messages; looked up in the epoch of `Speakers`. */
  isSpeakerRefused = false
  speakerEpoch = -1
  /** When a message of it was last kept as a sample; ticks of `RecentMessages`. */
  sampledAt = 0
  readonly levels: TopicLevels
  /** By the object that a decoder gives for an address: it gives the same one again for as long as it remembers it. */
  readonly #others = new WeakMap<TopicLevels, Target>()

  constructor(route: Route, levels: TopicLevels, topic: string, own: Target) {
    this.route = route
    this.levels = levels
    this.decoder = route.decoder
    this.memory = newTopicMemory(topic)
    this.own = own
  }

  get device(): Device {
    return this.own.device
  }

  /** Where a device stands that a payload names: what it leaves out is as for the message. */
  placeOf(address: TopicLevels): TopicLevels {
    const { site, area, line, device } = this.levels
    return {
      site: address.site || site,
      area: address.area || area,
      line: address.line || line,
      device: address.device || device,
    }
  }

  other(address: TopicLevels): Target | undefined {
    return this.#others.get(address)
  }

  remember(address: TopicLevels, target: Target): void {
    this.#others.set(address, target)
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

/** What of the registry of devices is needed here. */
export interface MeetingPlace {
  /** Changes when a device moves or is rejected. */
  readonly revision: () => number
  meet(levels: TopicLevels): { readonly device: Device; readonly isNew: boolean }
  /** Undefined for a device that was removed. */
  get(slot: number): Device | undefined
}

/** How messages are read: what a configuration says of it, compiled. */
export interface Reading {
  /** In the order of the configuration; the first that matches counts. */
  readonly routes: readonly Route[]
  readonly qualities: Qualities
}

export interface SourcesParts extends Omit<TargetParts, 'qualities'> {
  readonly devices: MeetingPlace
  /** Called when a device is met for the first time, before anything is counted for it. */
  readonly onNewDevice: (device: Device) => void
  /** How many topics, and how many clients on shared topics, are remembered at least. */
  readonly perGeneration?: number
}

/**
 * Topic → source, found once by the routes and then remembered, until a device moves or is rejected, or the routes are
 * others. Memory is bounded by generations (core/generations.ts): one of topics, one of clients on topics that they share.
 */
export class Sources {
  readonly #parts: SourcesParts
  readonly #perGeneration: number
  #reading: Reading
  #targetParts: TargetParts
  #topics!: Generations<Known>
  #clients!: Generations<Source>
  /** Of the devices, when what is remembered was found. */
  #revision = -1

  constructor(reading: Reading, parts: SourcesParts) {
    this.#reading = reading
    this.#parts = parts
    this.#targetParts = { ...parts, qualities: reading.qualities }
    this.#perGeneration = parts.perGeneration ?? SOURCES_PER_GENERATION
    this.#forget()
  }

  /** Topics and clients remembered. */
  get size(): number {
    return this.#topics.size + this.#clients.size
  }

  /** Messages are read another way from the next one on. */
  replace(reading: Reading): void {
    this.#reading = reading
    this.#targetParts = { ...this.#parts, qualities: reading.qualities }
    this.#forget()
  }

  /** Undefined if no route matches the topic. */
  identify(topic: string, clientId: string): Source | undefined {
    if (this.#revision !== this.#parts.devices.revision()) this.#forget()
    const known = this.#topics.get(topic) ?? this.#lookUp(topic)
    if (known instanceof Source) return known
    return known instanceof SharedTopic ? this.#ofClient(known, topic, clientId) : undefined
  }

  /** Whom points are for that name a device of their own. */
  at(source: Source, address: TopicLevels): Target {
    return source.other(address) ?? this.#meetOther(source, address)
  }

  deviceAt(slot: number): Device | undefined {
    return this.#parts.devices.get(slot)
  }

  /** For a point that comes by this route, and whose device is known. */
  targetOf(route: Route, device: Device): Target {
    return new Target(route, device, this.#targetParts)
  }

  #forget(): void {
    this.#revision = this.#parts.devices.revision()
    this.#topics = new Generations(this.#perGeneration)
    this.#clients = new Generations(this.#perGeneration)
  }

  #lookUp(topic: string): Known {
    const found = this.#find(topic)
    this.#topics.set(topic, found)
    return found
  }

  #find(topic: string): Known {
    for (const route of this.#reading.routes) {
      const matched = route.pattern.match(topic)
      if (matched === undefined) continue
      if (route.decoder.isTelemetry?.(topic) === false) return NO_ROUTE
      const levels = route.decoder.deviceOf?.(topic) ?? matched
      return levels.device === '' ? new SharedTopic(route, levels) : this.#newSource(route, levels, topic)
    }
    return NO_ROUTE
  }

  #ofClient({ route, levels }: SharedTopic, topic: string, clientId: string): Source {
    // Either may contain any character: the length tells where the client id ends.
    const key = `${clientId.length} ${clientId}${topic}`
    const known = this.#clients.get(key)
    if (known !== undefined) return known
    const source = this.#newSource(route, { ...levels, device: clientId }, topic)
    this.#clients.set(key, source)
    return source
  }

  #newSource(route: Route, levels: TopicLevels, topic: string): Source {
    return new Source(route, levels, topic, this.targetOf(route, this.#meet(levels)))
  }

  #meetOther(source: Source, address: TopicLevels): Target {
    const device = this.#meet(source.placeOf(address))
    const target = device === source.device ? source.own : this.targetOf(source.route, device)
    source.remember(address, target)
    return target
  }

  #meet(levels: TopicLevels): Device {
    const { device, isNew } = this.#parts.devices.meet(levels)
    if (isNew) this.#parts.onNewDevice(device)
    return device
  }
}
