import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Device } from '../../src/core/device.js'
import { encodePoint, seriesKey } from '../../src/core/line-protocol.js'
import { type Logger, silentLogger } from '../../src/core/logger.js'
import { FieldType, NO_TAGS, PointBatch } from '../../src/core/point-batch.js'
import type { Sink } from '../../src/core/sink.js'
import { StateStore } from '../../src/core/state.js'
import { Column } from '../../src/core/tally.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { Checkpointer, recover } from '../../src/forward/checkpoint.js'
import { Forwarder, type ForwarderOptions } from '../../src/forward/forwarder.js'
import { Forwarders, type WhenFull } from '../../src/forward/forwarders.js'
import { Ledger } from '../../src/ledger/ledger.js'
import { Spool, type SpoolOptions } from '../../src/spool/spool.js'
import { copyState } from './state-copy.js'

export interface RigOptions {
  /** The first is the primary. */
  readonly sinks: readonly Sink[]
  readonly directory?: string
  readonly whenFull?: WhenFull
  readonly spool?: Partial<SpoolOptions>
  readonly forward?: Partial<ForwarderOptions>
  /** Checkpoints are made only on demand when absent. */
  readonly checkpointMs?: number
  readonly logger?: Logger
  /** Whether forwarders run from the start; true when absent. */
  readonly forwarding?: boolean
}

export interface Accepted {
  /** Names of the points, which their lines contain. */
  readonly points: readonly string[]
  readonly filtered?: number
  readonly deadLettered?: number
}

export function temporaryDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'linegate-spool-'))
}

/** Everything between the broker and the sinks: real spool, ledger, registry and forwarders over one directory. */
export class SpoolRig {
  readonly directory: string
  readonly state: StateStore
  readonly spool: Spool
  readonly ledger: Ledger
  readonly devices: DeviceRegistry
  readonly checkpointer: Checkpointer
  readonly forwarders: Forwarders
  readonly #batch = new PointBatch()
  #closed = false

  private constructor(options: RigOptions, directory: string) {
    const { sinks, logger = silentLogger, whenFull = 'hold' } = options
    const stateDirectory = join(directory, 'state')
    this.directory = directory
    this.state = StateStore.open({ directory: stateDirectory, mapBytes: 1 << 28, logger })
    const spoolOptions: SpoolOptions = {
      flushIntervalMs: 1,
      blockBytes: 1 << 16,
      maxUnflushedBytes: 1 << 20,
      maxBytes: 1 << 26,
      retryAfterMs: 20,
      quarantineDirectory: join(directory, 'quarantine'),
      logger,
      ...options.spool,
    }
    this.spool = new Spool(this.state, spoolOptions)
    this.ledger = new Ledger(this.state)
    this.devices = new DeviceRegistry(this.state)
    const { spool, ledger, devices } = this
    this.checkpointer = new Checkpointer({
      spool,
      ledger,
      logger,
      intervalMs: options.checkpointMs ?? 0,
    })
    const forward = {
      settleIntervalMs: 0,
      minMs: 1,
      maxMs: 8,
      diskRetryMs: 20,
      closeTimeoutMs: 200,
      ...options.forward,
    }
    this.forwarders = new Forwarders({
      spool,
      forwarders: sinks.map(
        (sink, i) =>
          new Forwarder({ spool, sink, primary: i === 0, ledger, devices, logger, options: forward }),
      ),
      checkpointer: this.checkpointer,
      whenFull,
      maxBytes: spoolOptions.maxBytes,
      logger,
    })
  }

  static async open(options: RigOptions): Promise<SpoolRig> {
    const rig = new SpoolRig(options, options.directory ?? temporaryDirectory())
    await rig.spool.start(options.sinks.map(({ name }) => name))
    recover(rig.spool, rig.ledger, options.sinks[0]!.name)
    rig.spool.onFlushed((blocks) => {
      for (const block of blocks) rig.ledger.apply(block)
      rig.forwarders.wake()
    })
    if (options.checkpointMs !== undefined) rig.checkpointer.start()
    if (options.forwarding !== false) rig.forwarders.start()
    return rig
  }

  device(name: string): Device {
    const levels = { site: 'ningbo', area: 'moulding', line: 'line 1', device: name }
    const { device, isNew } = this.devices.meet(levels)
    if (isNew) this.spool.open.alongside(() => this.devices.persist(device))
    return device
  }

  /** A message of a device; resolves when it is acknowledged. */
  accept(name: string, { points, filtered = 0, deadLettered = 0 }: Accepted): Promise<void> {
    const device = this.device(name)
    const { open } = this.spool
    open.tally.add(device.slot, Column.received, 1)
    open.tally.add(device.slot, Column.decoded, 1)
    open.tally.add(device.slot, Column.pointsDecoded, points.length + filtered + deadLettered)
    open.tally.add(device.slot, Column.pointsFiltered, filtered)
    open.tally.add(device.slot, Column.pointsDeadLettered, deadLettered)
    open.append(points.map((point) => this.#line(device, point)).join(''), points.length)
    return this.#settled()
  }

  /** A message that no route matches. */
  ignore(): Promise<void> {
    this.spool.open.tally.add(0, Column.received, 1)
    this.spool.open.tally.add(0, Column.ignored, 1)
    return this.#settled()
  }

  /** A message that cannot be decoded. */
  deadLetter(name: string): Promise<void> {
    const device = this.device(name)
    this.spool.open.tally.add(device.slot, Column.received, 1)
    this.spool.open.tally.add(device.slot, Column.deadLettered, 1)
    this.spool.deadLetter({
      kind: 'message',
      timeMs: Date.now(),
      reason: { code: 'malformed', message: 'Not JSON.' },
      slot: device.slot,
      device: device.path,
      topic: `factory/${device.path}`,
      qos: 1,
      clientId: name,
      sink: '',
      payload: Buffer.from('{'),
    })
    return this.#settled()
  }

  /** Ends everything properly, in the order of the gateway; once. */
  async close(): Promise<void> {
    if (this.#closed) return
    await this.spool.flush()
    await this.forwarders.close()
    await this.checkpointer.close()
    await this.abandon()
  }

  /** What a crash at this instant would leave, in a new directory; this rig must then be abandoned. */
  copyOfDisk(): string {
    const directory = temporaryDirectory()
    copyState(this.directory, directory)
    return directory
  }

  /** Gives the resources back, without a checkpoint. */
  async abandon(): Promise<void> {
    this.#closed = true
    await this.forwarders.close()
    this.spool.stop()
    await this.state.close()
  }

  async remove(): Promise<void> {
    await this.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #settled(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.spool.open.wait((error) => (error ? reject(error) : resolve()))
      this.spool.touched()
    })
  }

  #line(device: Device, point: string): string {
    const { site, area, line } = device
    const tags = Object.entries({ site, area, line, device: device.device }).map(([name, value]) => ({
      name,
      value,
    }))
    this.#batch.clear()
    this.#batch.field('point', FieldType.string, point)
    this.#batch.point('', NO_TAGS, '')
    return encodePoint(this.#batch, 0, seriesKey('telemetry', tags), '1700000000000000000')
  }
}

/** A rig that is closed and removed when the test ends. */
export async function openRig(t: TestContext, options: RigOptions): Promise<SpoolRig> {
  const rig = await SpoolRig.open(options)
  t.after(() => rig.remove())
  return rig
}

export function pointNames(count: number, prefix = 'p'): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${i}.`)
}

/** Messages of one point, `b0.`, `b1.`, …, each in a block of its own. */
export async function acceptBlocks(rig: SpoolRig, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const settled = rig.accept('imm-01', { points: [`b${i}.`] })
    await rig.spool.flush()
    await settled
  }
}

/** Resolves when `condition` holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
}
