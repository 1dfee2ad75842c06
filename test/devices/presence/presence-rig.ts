import { silentLogger } from '../../../src/core/logger.js'
import { StateStore } from '../../../src/core/state.js'
import { Presence, type PresenceOptions } from '../../../src/devices/presence/presence.js'
import type { Transition } from '../../../src/devices/presence/transitions.js'
import { removeDirectory, temporaryDirectory } from '../../support/state.js'
import { RegistryInMemory } from './registry-in-memory.js'

/** 2026-11-21 10:00:00 where the test runs. */
export const TEN_O_CLOCK = new Date(2026, 10, 21, 10).getTime()

/** Presence on a state directory of its own, with clocks that stand until a test moves them. */
export class PresenceRig {
  readonly registry: RegistryInMemory
  readonly directory: string
  readonly transitions: Transition[] = []
  /** What the ledger knows. */
  readonly lastHeardMs: number[] = []
  readonly #options: Partial<PresenceOptions>
  #state: StateStore
  #presence: Presence
  #writes: (() => void)[] = []
  wallMs: number
  #steadyMs = 0

  constructor(
    registry = new RegistryInMemory(),
    wallMs = TEN_O_CLOCK,
    options: Partial<PresenceOptions> = {},
  ) {
    this.registry = registry
    this.wallMs = wallMs
    this.#options = options
    this.directory = temporaryDirectory()
    this.#state = this.#open()
    this.#presence = this.#newPresence()
  }

  static started(options: Partial<PresenceOptions> = {}): PresenceRig {
    const rig = new PresenceRig(undefined, undefined, options)
    rig.start()
    return rig
  }

  get presence(): Presence {
    return this.#presence
  }

  start(): void {
    this.#presence.start((slot) => this.lastHeardMs[slot] ?? 0)
  }

  /** The device was heard now. */
  hear(slot: number): void {
    this.lastHeardMs[slot] = this.wallMs
    this.#presence.heard(slot, this.wallMs)
  }

  /** Lets time pass, in steps as the timer takes them. */
  pass(ms: number): void {
    for (let left = ms; left > 0; left -= 100) {
      const step = Math.min(100, left)
      this.#steadyMs += step
      this.wallMs += step
      this.#presence.advance()
    }
  }

  /** A stretch in which the process did not run. */
  sleep(ms: number): void {
    this.#steadyMs += ms
    this.wallMs += ms
    this.#presence.advance()
  }

  /** What was written so far is on disk. */
  async flush(): Promise<void> {
    const writes = this.#writes
    this.#writes = []
    await this.#state.commit(() => {
      for (const write of writes) write()
    })
  }

  /** As after a crash: what was not flushed is lost. */
  async restart(downMs = 0): Promise<void> {
    this.#presence.close()
    this.registry.forgetReaders()
    this.#writes = []
    await this.#state.close()
    this.wallMs += downMs
    this.#steadyMs = 0
    this.transitions.length = 0
    this.#state = this.#open()
    this.#presence = this.#newPresence()
    this.start()
  }

  async remove(): Promise<void> {
    this.#presence.close()
    await this.#state.close()
    removeDirectory(this.directory)
  }

  /** `from>to` of the transitions so far, of one device or of all. */
  steps(slot?: number): string[] {
    return this.transitions
      .filter((transition) => slot === undefined || transition.slot === slot)
      .map(({ from, to }) => `${from}>${to}`)
  }

  sumsAt(path: string): Record<string, number> {
    const node = this.registry.tree.node(path)!
    const entries = Object.entries(this.#presence.sums).map(([kind, sum]) => [kind, sum.of(node)] as const)
    return Object.fromEntries(entries)
  }

  #open(): StateStore {
    return StateStore.open({ directory: this.directory, mapBytes: 2 ** 28, logger: silentLogger })
  }

  #newPresence(): Presence {
    const presence = new Presence({
      registry: this.registry,
      state: this.#state,
      alongside: (write) => this.#writes.push(write),
      defaults: { intervalMs: 10_000, survivalMs: 20_000 },
      restartGraceMs: 60_000,
      now: () => this.wallMs,
      steadyNow: () => this.#steadyMs,
      ...this.#options,
    })
    presence.onTransition((transition) => this.transitions.push(transition))
    return presence
  }
}
