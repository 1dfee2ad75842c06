import { silentLogger } from '../../src/core/logger.js'
import type { StateStore } from '../../src/core/state.js'
import type { LatestValue } from '../../src/core/views.js'
import { Identifiers, type IdentifiersOptions } from '../../src/devices/identifiers/identifiers.js'
import { RecordList } from './device-records.js'
import { openState, removeDirectory, temporaryDirectory } from './state.js'

export const TOKEN = 'a-token-of-the-plant-0001'
export const OTHER_TOKEN = 'another-token-of-the-plant'
export const HANDLE = '88.608.8889/87654321'

export const OPTIONS: IdentifiersOptions = {
  prefixes: [],
  referrals: [],
  tokens: [TOKEN, OTHER_TOKEN],
  cacheSeconds: 60,
  negativeCacheSeconds: 5,
  cacheEntries: 3,
  gatewayId: '宁波-1',
}

/** Identifiers over a state on disk and a list of devices, with a clock that a test moves. */
export class IdentifierRig {
  readonly directory = temporaryDirectory()
  readonly registry = new RecordList()
  latest: LatestValue[] = []
  presence: { state: string; sinceMs: number } | undefined
  nowMs = 1_732_000_000_000
  state: StateStore
  identifiers: Identifiers

  constructor(options: Partial<IdentifiersOptions> = {}) {
    this.state = openState(this.directory)
    this.identifiers = this.#build(options)
  }

  /** As after a restart of the gateway. */
  async reopen(options: Partial<IdentifiersOptions> = {}): Promise<void> {
    await this.identifiers.close()
    await this.state.close()
    this.state = openState(this.directory)
    this.identifiers = this.#build(options)
  }

  async close(): Promise<void> {
    await this.identifiers.close()
    await this.state.close()
    removeDirectory(this.directory)
  }

  #build(options: Partial<IdentifiersOptions>): Identifiers {
    const identifiers = new Identifiers({
      registry: this.registry,
      state: this.state,
      latest: { of: () => this.latest },
      presence: () => this.presence,
      options: { ...OPTIONS, ...options },
      now: () => this.nowMs,
      logger: silentLogger,
    })
    identifiers.start()
    return identifiers
  }
}
