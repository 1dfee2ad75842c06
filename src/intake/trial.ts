import type { StoredDeadLetter } from '../core/dead-letter.js'
import type { Logger } from '../core/logger.js'
import type { LetterTrial } from '../core/replay.js'
import type { TrialMessage, TrialPoint, TrialResult } from '../core/trial.js'
import { LatestValueStore } from '../devices/latest-values.js'
import { type Reading, Sources } from './sources.js'
import { type KnownDevices, TrialPlace } from './trial-place.js'
import { TrialReader } from './trial-reader.js'

export interface TrialParts {
  /** A reading of its own for each run: what it learns is forgotten with it. */
  readonly reading: () => Reading
  /** The devices of a running gateway; without it, each device is met for the first time. */
  readonly devices?: KnownDevices & { isRejected(slot: number): boolean }
  readonly logger: Logger
}

/** Reads messages as the gateway would, and counts, stores and remembers nothing. */
export class ConfiguredTrial implements LetterTrial {
  readonly #parts: TrialParts
  /** Of lines, which come one by one. */
  #lines: TrialReader | undefined

  constructor(parts: TrialParts) {
    this.#parts = parts
  }

  run(messages: readonly TrialMessage[]): TrialResult[] {
    const reader = this.#newReader()
    return messages.map((message) => reader.message(message))
  }

  /** What would become of the line of a letter, after all those that were asked for before; or why nothing would. */
  judgeLine(letter: StoredDeadLetter): TrialPoint | string {
    this.#lines ??= this.#newReader()
    return this.#lines.line(letter)
  }

  #newReader(): TrialReader {
    const { reading, devices, logger } = this.#parts
    const sources = new Sources(reading(), {
      devices: new TrialPlace(devices),
      latest: new LatestValueStore(),
      isRejected: (slot) => devices?.isRejected(slot) ?? false,
      onNewDevice: () => undefined,
    })
    return new TrialReader(sources, logger)
  }
}
