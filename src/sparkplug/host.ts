/**
 * The Sparkplug host application of the gateway: what it answers to the messages of edge nodes, which decoders report.
 *
 *     birth ─▶ retained under $sparkplug/certificates/…; whoever was about to ask for it does not
 *     death ─▶ presence: the device, or the edge node and all its devices, are offline
 *     birth wanted, gap that does not close ─▶ NCMD Node Control/Rebirth (rebirths.ts)
 *     start, close ─▶ STATE (host-state.ts)
 *
 * It publishes through the broker of the same process, and is told of messages in the order in which they are decoded.
 */
import type { TopicLevels } from '../core/device.js'
import { causeOf } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import type { StateStore } from '../core/state.js'
import type { Birth, BirthWanted, Death, EdgeNode, SparkplugEvents } from '../decode/sparkplug/events.js'
import { type DeathRecord, Deaths } from './deaths.js'
import { HostState } from './host-state.js'
import type { Publish, SparkplugPacket, Subscribe } from './packet.js'
import { rebirthRequest } from './rebirth-request.js'
import { Rebirths } from './rebirths.js'
import { ReorderTimers } from './reorder-timers.js'

export interface SparkplugHostOptions {
  readonly hostId: string
  /** Whether STATE is published. */
  readonly primary: boolean
  readonly reorderTimeoutMs: number
  readonly rebirthMinIntervalMs: number
  readonly rebirthMaxIntervalMs: number
  readonly rebirthSpreadMs: number
  /** Whether births are retained under $sparkplug/certificates/. */
  readonly certificates: boolean
}

export interface SparkplugHostParts {
  readonly options: SparkplugHostOptions
  readonly publish: Publish
  readonly subscribe: Subscribe
  readonly state: StateStore
  readonly presence: DeathRecord
  readonly slotOf: (levels: TopicLevels) => number | undefined
  /** See `DeathsParts`. */
  readonly afterBlock: (run: () => void) => void
  readonly logger: Logger
  /** Epoch milliseconds; Date.now when absent. */
  readonly now?: () => number
  /** Milliseconds on a clock that never steps; performance.now when absent. */
  readonly steadyNow?: () => number
  /** 0 … 1; Math.random when absent. */
  readonly random?: () => number
}

export interface SparkplugCounters {
  readonly births: number
  readonly deaths: number
  /** Death certificates of sessions that were over already. */
  readonly staleDeaths: number
  readonly gaps: number
  /** Gaps that closed before the reorder timeout. */
  readonly gapsClosed: number
  readonly rebirthRequests: number
  /** Packets of the host that the broker did not take. */
  readonly unpublished: number
}

const LOG_EVERY_MS = 60_000
/** Edge nodes whose births of this run are remembered. */
const MAX_BORN = 1_000_000

export class SparkplugHost implements SparkplugEvents {
  readonly #options: SparkplugHostOptions
  readonly #publishes: Publish
  readonly #now: () => number
  readonly #logger: Logger
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  readonly #state: HostState
  readonly #deaths: Deaths
  readonly #rebirths: Rebirths
  readonly #timers: ReorderTimers
  /** Edge nodes that were born in this run, whichever decoder saw it. */
  readonly #born = new Set<string>()
  readonly #counters = {
    births: 0,
    deaths: 0,
    staleDeaths: 0,
    gaps: 0,
    gapsClosed: 0,
    rebirthRequests: 0,
    unpublished: 0,
  }

  constructor(parts: SparkplugHostParts) {
    const { options, publish, logger, presence, slotOf, afterBlock } = parts
    const now = parts.now ?? Date.now
    this.#options = options
    this.#publishes = publish
    this.#now = now
    this.#logger = logger
    this.#state = new HostState({
      ...parts,
      hostId: options.hostId,
      isPrimary: options.primary,
      now,
      onContradicted: (birth) => this.#contradicted(birth),
    })
    this.#deaths = new Deaths({ presence, slotOf, afterBlock, now })
    this.#rebirths = new Rebirths({
      options: {
        minIntervalMs: options.rebirthMinIntervalMs,
        maxIntervalMs: Math.max(options.rebirthMinIntervalMs, options.rebirthMaxIntervalMs),
        spreadMs: options.rebirthSpreadMs,
      },
      ask: (node) => this.#ask(node),
      steadyNow: parts.steadyNow ?? (() => performance.now()),
      random: parts.random ?? Math.random,
    })
    this.#timers = new ReorderTimers(options.reorderTimeoutMs, (node) => this.#rebirths.want(node, 'gap'))
  }

  /** When the broker can publish, and before it takes connections. */
  async start(): Promise<void> {
    this.#rebirths.start()
    await this.#state.start()
  }

  /** When no more messages come in, while the broker still delivers. */
  async close(): Promise<void> {
    this.#timers.close()
    this.#rebirths.close()
    await this.#state.close()
  }

  get counters(): SparkplugCounters {
    return this.#counters
  }

  /** Rebirth requests that wait for their time. */
  get waitingRequests(): number {
    return this.#rebirths.waiting
  }

  birth({ topic, from, levels, payload }: Birth): void {
    this.#counters.births++
    this.#deaths.born(levels)
    if (isOfNode(topic)) this.#nodeBorn(from)
    if (!this.#options.certificates) return
    this.#publish({
      topic: `$sparkplug/certificates/${topic}`,
      payload: Buffer.from(payload),
      qos: 0,
      retain: true,
    })
  }

  death(death: Death): void {
    this.#counters.deaths++
    this.#deaths.died(death)
  }

  staleDeath(): void {
    this.#counters.staleDeaths++
  }

  birthWanted(from: EdgeNode, why: BirthWanted): void {
    // A decoder that was made anew, when the configuration changed, knows the birth from disk alone; this host saw it.
    if (why === 'restored' && this.#born.has(keyOf(from))) return
    this.#rebirths.want(from, why)
  }

  gapOpened(from: EdgeNode): void {
    this.#counters.gaps++
    this.#timers.begin(from)
  }

  gapClosed(from: EdgeNode): void {
    this.#counters.gapsClosed++
    this.#timers.end(from)
  }

  #nodeBorn(from: EdgeNode): void {
    this.#timers.end(from)
    this.#rebirths.born(from)
    if (this.#born.size >= MAX_BORN) this.#born.clear()
    this.#born.add(keyOf(from))
  }

  #ask(node: EdgeNode): void {
    this.#counters.rebirthRequests++
    this.#logger.debug({ group: node.group, node: node.node }, 'An edge node is asked for its births.')
    this.#publish(rebirthRequest(node, this.#now()))
  }

  #publish(packet: SparkplugPacket): void {
    this.#publishes(packet).catch((error: unknown) => {
      this.#counters.unpublished++
      this.#warn(
        'publish',
        { topic: packet.topic, error: causeOf(error) },
        'The broker took no packet of the host.',
      )
    })
  }

  #contradicted(birth: SparkplugPacket): void {
    const { hostId } = this.#options
    this.#publish(birth)
    this.#warn(
      'state',
      { hostId },
      'Someone published that this host is offline; its STATE was published again.',
    )
  }

  #warn(key: string, fields: object, message: string): void {
    this.#throttle.run(key, (suppressed) => this.#logger.warn({ ...fields, suppressed }, message))
  }
}

function isOfNode(topic: string): boolean {
  return topic.split('/')[2] === 'NBIRTH'
}

function keyOf({ group, node }: EdgeNode): string {
  return `${group}/${node}`
}
