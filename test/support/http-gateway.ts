import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { NO_AUDIT } from '../../src/core/audit.js'
import type { DeadLetter } from '../../src/core/dead-letter.js'
import { type Device, NO_DEVICE_SLOT } from '../../src/core/device.js'
import { silentLogger } from '../../src/core/logger.js'
import type { HistoryQuery, HistoryRow } from '../../src/core/sink.js'
import { StateStore } from '../../src/core/state.js'
import { Column } from '../../src/core/tally.js'
import { LatestValueStore } from '../../src/devices/latest-values.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import type { HttpInputs } from '../../src/http/inputs.js'
import { HttpServer } from '../../src/http/server.js'
import { Ledger } from '../../src/ledger/ledger.js'
import { Spool } from '../../src/spool/spool.js'
import { NO_FIGURES, sinkStatus } from './views.js'

export const PAGE = '<!doctype html><title>Linegate</title>'

/** The HTTP server over a real spool, ledger and registry on disk, without a broker before them. */
export class HttpGateway {
  readonly directory = mkdtempSync(join(tmpdir(), 'linegate-http-'))
  readonly state = StateStore.open({
    directory: join(this.directory, 'state'),
    mapBytes: 256 * 1_048_576,
    logger: silentLogger,
  })
  readonly ledger = new Ledger(this.state)
  readonly devices = new DeviceRegistry(this.state)
  readonly latest = new LatestValueStore()
  readonly spool = new Spool(this.state, {
    flushIntervalMs: 1,
    blockBytes: 262_144,
    maxUnflushedBytes: 16_777_216,
    maxBytes: 1_073_741_824,
    quarantineDirectory: join(this.directory, 'quarantine'),
    logger: silentLogger,
  })
  /** What the store was asked last, and what it answers. */
  asked: HistoryQuery | undefined
  answer: (query: HistoryQuery) => Promise<HistoryRow[]> = async () => []
  ready = true
  readonly server: HttpServer

  constructor(changes: Partial<HttpInputs> = {}) {
    this.server = new HttpServer({ ...this.inputs(), ...changes })
  }

  inputs(): HttpInputs {
    const webRoot = mkdtempSync(join(this.directory, 'web-'))
    writeFileSync(join(webRoot, 'index.html'), PAGE)
    writeFileSync(join(webRoot, 'page.js'), 'void 0\n')
    const query = (asked: HistoryQuery) => {
      this.asked = asked
      return this.answer(asked)
    }
    return {
      host: '127.0.0.1',
      port: 0,
      audit: NO_AUDIT,
      about: {
        gatewayId: 'plant-1',
        version: '1.2.3',
        startedAtMs: 1_700_000_000_000,
        mqttUrls: () => ['mqtt://127.0.0.1:1883'],
      },
      ledger: this.ledger,
      devices: this.devices,
      registry: this.devices,
      networking: { revision: 0, figures: () => NO_FIGURES },
      latest: this.latest,
      deadLetters: this.spool.deadLetters,
      sinks: { statuses: () => [sinkStatus({ storedPoints: 3, pendingPoints: 4, lagMs: 1_500 })] },
      stores: [
        { name: 'local', query },
        { name: 'influx', query: async () => [{ time: '2026-01-01T00:00:00Z', value: 'influx' }] },
      ],
      spoolStatus: () => this.spool.status(),
      isReady: () => this.ready,
      connections: { mqtt: () => 5, live: () => 2 },
      upgrades: {},
      webRoot,
      logger: silentLogger,
    }
  }

  async start(): Promise<this> {
    this.spool.onFlushed((blocks) => {
      for (const block of blocks) this.ledger.apply(block)
    })
    await this.spool.start(['local'])
    await this.server.start()
    return this
  }

  async close(): Promise<void> {
    await this.server.close()
    this.spool.stop()
    await this.state.close()
    rmSync(this.directory, { recursive: true })
  }

  get url(): string {
    return this.server.url!
  }

  meet(path: string): Device {
    const [site = '', area = '', line = '', device = ''] = path.split('/')
    const met = this.devices.meet({ site, area, line, device })
    if (met.isNew) this.spool.open.alongside(() => this.devices.persist(met.device))
    return met.device
  }

  /** Counts messages of a device (of none, if the path is empty) that were decoded into one point each. */
  receive(path: string, count = 1): void {
    const slot = path === '' ? NO_DEVICE_SLOT : this.meet(path).slot
    const { tally } = this.spool.open
    tally.add(slot, Column.received, count)
    tally.add(slot, path === '' ? Column.ignored : Column.decoded, count)
    if (path !== '') tally.add(slot, Column.pointsDecoded, count)
  }

  /** Keeps a letter for a message of the device, and counts it. */
  receiveUndecodable(path: string, changes: Partial<DeadLetter> = {}): void {
    const { slot } = this.meet(path)
    this.spool.open.tally.add(slot, Column.received, 1)
    this.spool.open.tally.add(slot, Column.deadLettered, 1)
    this.spool.deadLetter({
      kind: 'message',
      timeMs: 1_700_000_000_000,
      reason: { code: 'malformed', message: 'Unexpected end' },
      slot,
      device: path,
      topic: `factory/${path}/telemetry`,
      qos: 1,
      clientId: 'client',
      sink: '',
      payload: Buffer.from('{'),
      ...changes,
    })
  }

  flush(): Promise<void> {
    return this.spool.flush()
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(this.url + path, init)
  }

  /** Sends bytes as they are and gives all that comes back until the server ends the connection. */
  async raw(bytes: string): Promise<string> {
    const socket = connect(this.server.address!.port, '127.0.0.1')
    let received = ''
    socket.setEncoding('utf8').on('data', (text) => {
      received += text
    })
    socket.write(bytes)
    await once(socket, 'close')
    return received
  }
}
