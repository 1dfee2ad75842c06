/**
 * What a change costs in a plant of so many devices that are all online: `node dist/bench/targets/plant-probe.js COUNT`.
 * Prints one line of JSON (`PlantCosts`). All parts are those of the gateway, with a spool on disk; there is no network.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '../../src/config/validate.js'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { LatestValueStore } from '../../src/devices/latest-values.js'
import { Ledger } from '../../src/ledger/ledger.js'
import { Plant } from '../../src/plant.js'
import { Spool } from '../../src/spool/spool.js'
import { deviceId, lineOf, otherLineOf, plantRows } from '../plant-rows.js'

/** Microseconds each, of the gateway's thread, and until it is on disk with others. */
export interface Cost {
  readonly us: number
  readonly durableUs: number
}

export interface PlantCosts {
  readonly change: Cost
  readonly move: Cost
}

const CHANGES = 10_000
const WARM_UP = 4_000
/** Changes that go to the disk together. */
const GROUP = 100
const SET_UP_GROUP = 5_000
const MAP_BYTES = 32 * 1024 ** 3

class PlantRig {
  readonly #directory = mkdtempSync(join(tmpdir(), 'linegate-bench-plant-'))
  readonly #count: number
  readonly #state: StateStore
  readonly #spool: Spool
  readonly #plant: Plant

  constructor(count: number) {
    this.#count = count
    const logger = silentLogger
    const config = parseConfig({})
    this.#state = StateStore.open({ directory: join(this.#directory, 'state'), mapBytes: MAP_BYTES, logger })
    const quarantineDirectory = join(this.#directory, 'quarantine')
    this.#spool = new Spool(this.#state, { ...config.spool, quarantineDirectory, logger })
    const ledger = new Ledger(this.#state)
    const latest = new LatestValueStore()
    const parts = { config, state: this.#state, spool: this.#spool, ledger, latest, logger }
    this.#plant = new Plant(parts)
  }

  async start(): Promise<void> {
    const { registry, presence } = this.#plant
    await this.#spool.start([])
    await this.#plant.start()
    await registry.putAll(plantRows(this.#count), 'api')
    for (let slot = 1; slot <= this.#count; slot++) {
      presence.sessionOpened(deviceId(slot - 1))
      presence.heard(slot, Date.now())
      if (slot % SET_UP_GROUP === 0) await this.#spool.flush()
    }
    await this.#spool.flush()
  }

  async close(): Promise<void> {
    await this.#plant.close()
    await this.#spool.flush()
    this.#spool.stop()
    await this.#state.close()
    rmSync(this.#directory, { recursive: true })
  }

  /** A session ends, or begins: its device goes offline, or online. */
  changes(count: number): Promise<Cost> {
    const { presence } = this.#plant
    const gone = new Set<number>()
    return this.#timed(count, (n) => {
      if (gone.delete(n)) presence.sessionOpened(deviceId(n))
      else {
        gone.add(n)
        presence.sessionClosed(deviceId(n), 'lost')
      }
      return undefined
    })
  }

  /** A device goes to the next line, or back. */
  moves(count: number): Promise<Cost> {
    const { registry } = this.#plant
    const away = new Set<number>()
    return this.#timed(count, (n) => {
      const line = away.delete(n) ? lineOf(n) : otherLineOf(n)
      if (line !== lineOf(n)) away.add(n)
      return registry.patch(deviceId(n), { line })
    })
  }

  async #timed(count: number, change: (n: number) => Promise<unknown> | undefined): Promise<Cost> {
    let ownMs = 0
    const start = performance.now()
    for (let done = 0; done < count; done += GROUP) {
      const numbers = Array.from({ length: GROUP }, () => Math.floor(Math.random() * this.#count))
      const groupStart = performance.now()
      const waiting = numbers.map(change)
      ownMs += performance.now() - groupStart
      await Promise.all([...waiting, this.#spool.flush()])
    }
    return { us: (ownMs * 1000) / count, durableUs: ((performance.now() - start) * 1000) / count }
  }
}

const rig = new PlantRig(Number(process.argv[2]))
await rig.start()
await rig.changes(WARM_UP)
await rig.moves(WARM_UP)
const costs: PlantCosts = { change: await rig.changes(CHANGES), move: await rig.moves(CHANGES) }
await rig.close()
console.log(JSON.stringify(costs))
