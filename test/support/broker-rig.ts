import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Broker, type BrokerOptions } from '../../src/broker/broker.js'
import type { Logger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { Accepting } from './accepting.js'

export interface LoggedLine {
  readonly level: string
  readonly fields: Record<string, unknown>
  readonly message: string
}

/** The suite runs with the express lane, and again without it (broker-without-lane.test.ts). */
const LANE = process.env.LINEGATE_TEST_LANE !== 'off'

/** A broker on a free port of this machine, with state in a directory of its own. */
export class BrokerRig {
  readonly directory: string
  readonly state: StateStore
  readonly accepting: Accepting
  readonly broker: Broker
  readonly lines: LoggedLine[] = []

  constructor(options: Partial<BrokerOptions> = {}, directory?: string, lane = LANE) {
    this.directory = directory ?? mkdtempSync(join(tmpdir(), 'linegate-broker-'))
    const logger = this.#logger()
    this.state = StateStore.open({ directory: this.directory, mapBytes: 256 * 1_048_576, logger })
    this.accepting = new Accepting(this.state)
    this.broker = new Broker({
      accept: this.accepting.accept,
      durability: this.accepting,
      state: this.state,
      logger,
      listeners: [{ protocol: 'mqtt', host: '127.0.0.1', port: 0 }],
      maxPacketBytes: 65_536,
      ...(lane ? { lane: this.accepting } : {}),
      ...options,
    })
  }

  static async start(
    options: Partial<BrokerOptions> = {},
    directory?: string,
    lane = LANE,
  ): Promise<BrokerRig> {
    const rig = new BrokerRig(options, directory, lane)
    await rig.broker.start()
    return rig
  }

  get port(): number {
    return this.broker.addresses()[0]!.port
  }

  get url(): string {
    return this.broker.addresses()[0]!.url
  }

  logged(code: string): LoggedLine[] {
    return this.lines.filter(({ fields }) => fields.code === code)
  }

  /** Leaves the directory for another rig. */
  async close(): Promise<void> {
    this.accepting.release()
    await this.broker.close(2_000)
    await this.accepting.flush()
    await this.state.close()
  }

  async remove(): Promise<void> {
    await this.close()
    rmSync(this.directory, { recursive: true, force: true })
  }

  #logger(): Logger {
    const keep = (level: string) => (fields: object, message: string) => {
      this.lines.push({ level, fields: fields as Record<string, unknown>, message })
    }
    return { debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
  }
}

/** Resolves when `isTrue` is; the test's own time limit ends a wait in vain. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5))
}
