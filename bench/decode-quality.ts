import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '../src/config/load.js'
import { silentLogger } from '../src/core/logger.js'
import type { StateStore } from '../src/core/state.js'
import { LatestValueStore } from '../src/devices/latest-values.js'
import { DeviceRegistry } from '../src/devices/registry.js'
import { Ingest } from '../src/ingest.js'
import { qualityParts, readingOf } from '../src/intake/configured.js'
import { type Reading, Sources } from '../src/intake/sources.js'
import { TrialStore } from '../src/intake/stores.js'
import { passThrough } from '../src/quality/quality.js'
import { Spool } from '../src/spool/spool.js'
import { openState, removeDirectory, temporaryDirectory } from '../test/support/state.js'
import { median, type Table } from './report.js'

const DEVICES = 100
const MESSAGES = 10_000
/** The first slices compile and know no device yet. */
const WARM_UP_SLICES = 3

const ROUTE = 'routes: [ { topic: "plant/{device}", decoder: json } ]'
const EVERYTHING = `
quality:
  fields:
    temperature:
      { unit: '[degF]', as: Cel, range: { min: -1000, max: 1000 }, deadband: { absolute: 0.0001 } }
    pressure: { scale: { from: [4, 20], to: [0, 100] }, range: { min: -1e9, max: 1e9 }, deadband: { percent: 0.0001 } }
    load: { range: { min: -1e9, max: 1e9 }, deadband: { absolute: 0.0001 } }
  rateLimit: { pointsPerSecond: 1000000, burst: 1000000 }
`
/** Quality is there and does nothing: what the rest of the way takes. */
const BARE = 'no stage'
/** Each sensor has so many different values, unless said otherwise. */
const STEPS = 1_000
/** More than are remembered: each is converted and printed anew. */
const MANY_STEPS = 10_000
const WAYS: readonly (readonly [name: string, yaml: string, steps: number])[] = [
  [BARE, ROUTE, STEPS],
  ['nothing configured: time, types, budget, duplicates', ROUTE, STEPS],
  ['all stages', `${ROUTE}\n${EVERYTHING}`, STEPS],
  ['all stages, no value as before', `${ROUTE}\n${EVERYTHING}`, MANY_STEPS],
]

/** What quality takes of the way of a message from `accept` to the disk, in CPU of the process. */
export async function qualityCosts(rounds: number): Promise<Table> {
  const ways = WAYS.map(([name, yaml, steps]) => new Way(name, yaml, steps))
  const micros = new Map<Way, number[]>(ways.map((way) => [way, []]))
  try {
    for (const way of ways) await way.start()
    for (let round = 0; round < rounds + WARM_UP_SLICES; round++) {
      for (const way of ways) micros.get(way)!.push(await way.slice(round))
    }
  } finally {
    for (const way of ways) await way.close()
  }
  return toTable(ways.map((way) => [way.name, median(micros.get(way)!.slice(WARM_UP_SLICES))]))
}

/** Everything from `accept` to the disk, over a directory of its own. */
class Way {
  readonly name: string
  readonly #steps: number
  readonly #directory = temporaryDirectory()
  readonly #state: StateStore
  readonly #spool: Spool
  readonly #ingest: Ingest
  readonly #firstMs = Date.now() - 3_600_000

  constructor(name: string, yaml: string, steps: number) {
    this.name = name
    this.#steps = steps
    this.#state = openState(this.#directory)
    this.#spool = new Spool(this.#state, {
      flushIntervalMs: 2,
      blockBytes: 1 << 20,
      maxUnflushedBytes: 1 << 24,
      maxBytes: 1 << 27,
      quarantineDirectory: join(this.#directory, 'quarantine'),
      logger: silentLogger,
    })
    const devices = new DeviceRegistry(this.#state)
    const sources = new Sources(readingFrom(this.#directory, yaml, name === BARE), {
      devices: {
        revision: () => devices.tree.revision,
        meet: (levels) => devices.meet(levels),
        get: (slot) => devices.get(slot),
      },
      latest: new LatestValueStore(),
      isRejected: () => false,
      onNewDevice: (device) => this.#spool.open.alongside(() => devices.persist(device)),
    })
    this.#ingest = new Ingest({ sources, spool: this.#spool, logger: silentLogger })
  }

  start(): Promise<unknown> {
    return this.#spool.start(['sink'])
  }

  /** Microseconds of CPU per message, until the last is on disk. */
  async slice(round: number): Promise<number> {
    const messages = Array.from({ length: MESSAGES }, (_, i) =>
      messageOf(this.#firstMs, round * MESSAGES + i, this.#steps),
    )
    const before = process.cpuUsage()
    for (const message of messages) this.#ingest.accept(message, 'client', failIfRefused)
    await this.#spool.flush()
    const { user, system } = process.cpuUsage(before)
    return (user + system) / MESSAGES
  }

  async close(): Promise<void> {
    this.#spool.stop()
    await this.#state.close()
    removeDirectory(this.#directory)
  }
}

function readingFrom(directory: string, yaml: string, isBare: boolean): Reading {
  const file = join(directory, 'gateway.yaml')
  writeFileSync(file, yaml)
  const context = { store: new TrialStore(), release: () => undefined, now: Date.now }
  const reading = readingOf(loadConfig(file), context, qualityParts(new TrialStore(), silentLogger))
  const { routes, qualities } = reading
  const open: typeof qualities.open = (device, measurement, key) => qualities.open(device, measurement, key)
  return isBare ? { routes, qualities: { stageFor: () => passThrough, open } } : reading
}

/** A point of three fields, other than the last one of its device, and later. */
function messageOf(firstMs: number, n: number, steps: number) {
  const at = Math.floor(n / DEVICES)
  const wave = (n * 7_919) % steps
  const record = { ts: firstMs + at, temperature: 50 + wave / 100, pressure: 4 + wave / 1_000, load: wave }
  return {
    topic: `plant/d${n % DEVICES}`,
    payload: Buffer.from(JSON.stringify(record)),
    qos: 1,
    retain: false,
  } as const
}

function failIfRefused(error?: unknown): void {
  if (error) throw error
}

function toTable(rows: readonly (readonly [name: string, micros: number])[]): Table {
  const bare = rows[0]![1]
  return {
    title: 'Quality',
    columns: ['stages', 'CPU µs/message', 'quality µs', 'of accept → disk'],
    rows: rows.map(([name, micros]) => [name, micros, micros - bare, share((micros - bare) / micros)]),
    note:
      'One JSON message of three fields in its own MQTT message: accept, decode, quality, line protocol, block, disk, with all threads of ' +
      'the process. No point is filtered. The broker and forwarding are not in it: the share of the CPU of the whole gateway is ' +
      '“quality µs” of the “CPU µs/message” under “Acknowledged QoS 1 messages per second”.',
  }
}

function share(of: number): string {
  return `${(of * 100).toFixed(0)} %`
}
