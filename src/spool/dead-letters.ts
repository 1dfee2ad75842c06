/**
 * Dead letters on disk, by id in order of arrival, within limits of age and size.
 *
 * Format. Table `deadLetters`: id → length of the head (u32, little endian) and the head as JSON (all of a letter but its
 * payload, with the payload's size). Table `deadLetterPayloads`: id → payload as it came; `heldLetterPayloads`, the same for
 * letters that wait for a birth or a name. Table `deadLetterIndex`: [0, number of the reason, id], [1, slot, id] and, of
 * those held, [2, slot, id] → nothing. Table `deadLetterMeta`: `removed` (counts of what was removed, JSON), `highest`
 * (greatest id of a letter that was removed), `format`.
 *
 * Invariants. Head, payload and index of a letter come, change and go in one transaction. An id is given once. A search
 * reads heads alone, and of these only what the index leaves; payloads are read of letters that were found. What letters
 * take on disk is what their tables take, which the store keeps count of itself: there is no sum that could be wrong.
 *
 * Recovery. None needed: what was removed beyond the last transaction is still there, and is removed again.
 */
import type { DeadLetter, DeadLetterReason, StoredDeadLetter } from '../core/dead-letter.js'
import { type Logger, silentLogger } from '../core/logger.js'
import type { StateStore } from '../core/state.js'
import type { DeadLetterFilter, DeadLetterQuery, DeadLetterScan, DeadLetterView } from '../core/views.js'
import { upgradeFormat } from './letters/format-upgrade.js'
import { LetterBounds, type LetterLimits } from './letters/letter-bounds.js'
import { scanHeads } from './letters/letter-search.js'
import { isHeld, LetterTables } from './letters/letter-tables.js'
import { type PurgeOptions, type PurgeResult, purgeLetters } from './letters/purge.js'
import { Removals, readHighest, writeHighest } from './letters/removals.js'
import { type LettersSummary, summarise } from './letters/summary.js'

export interface DeadLettersOptions extends LetterLimits {
  readonly logger: Logger
  readonly now?: () => number
}

export const DEFAULT_LETTER_LIMITS: LetterLimits = {
  maxBytes: 1024 ** 3,
  maxAgeMs: 30 * 86_400_000,
  maxHeldPerDevice: 10_000,
}

export class DeadLetters implements DeadLetterView {
  readonly limits: LetterLimits
  readonly #state: StateStore
  readonly #tables: LetterTables
  readonly #removals: Removals
  readonly #bounds: LetterBounds
  readonly #logger: Logger
  #assigned: number
  #onDisk: number
  #revision = 0

  constructor(state: StateStore, options: Partial<DeadLettersOptions> = {}) {
    const { logger = silentLogger, now = Date.now, ...limits } = options
    this.limits = { ...DEFAULT_LETTER_LIMITS, ...limits }
    this.#state = state
    this.#logger = logger
    this.#tables = new LetterTables(state)
    this.#removals = new Removals(
      state,
      this.#tables,
      () => this.#onDisk,
      () => this.changed(),
    )
    this.#bounds = new LetterBounds({
      tables: this.#tables,
      removals: this.#removals,
      limits: this.limits,
      lastId: () => this.#onDisk,
      now,
      logger,
    })
    this.#assigned = readHighest(this.#tables)
    this.#onDisk = this.#assigned
  }

  /** Keeps the letters within their limits from now on. */
  async start(): Promise<void> {
    await upgradeFormat(this.#state, this.#tables)
    this.#bounds.start()
  }

  /** Removes nothing more; what is under way is left to the state to finish. */
  stop(): void {
    this.#bounds.stop()
  }

  get revision(): number {
    return this.#revision
  }

  get lastId(): number {
    return this.#onDisk
  }

  get count(): number {
    return this.#tables.heads.size
  }

  get bytes(): number {
    return this.#tables.bytes
  }

  get removed(): Removals['counts'] {
    return this.#removals.counts
  }

  /** Reserves the next id; the letter counts once the transaction that `write` is called in is on disk. */
  assignId(): number {
    return ++this.#assigned
  }

  /** Joins the transaction of the caller; `flushed` follows when it is on disk. */
  write(id: number, letter: DeadLetter): void {
    this.#tables.write(id, letter)
    if (isHeld(letter.reason.code)) this.#bounds.held(letter.slot)
  }

  flushed(id: number): void {
    this.#onDisk = Math.max(this.#onDisk, id)
    this.changed()
    this.#bounds.wake()
  }

  /** Joins the transaction of the caller, who calls `changed` when it is on disk. Nothing is done for a letter that is gone. */
  remove(id: number): void {
    const head = this.#tables.head(id)
    if (head === undefined) return
    this.#tables.remove(head)
    if (id === this.#onDisk) writeHighest(this.#tables, id)
  }

  /** Joins the transaction of the caller, who calls `changed` when it is on disk. Nothing is done for a letter that is gone. */
  rewrite(id: number, reason: DeadLetterReason): void {
    const head = this.#tables.head(id)
    if (head === undefined) return
    if (head.reason.code === reason.code && head.reason.message === reason.message) return
    this.#tables.rewrite(head, reason)
    if (isHeld(reason.code)) this.#bounds.held(head.slot)
  }

  /** Letters were removed or rewritten in a transaction that is on disk now. */
  changed(): void {
    this.#revision++
  }

  get(id: number): StoredDeadLetter | undefined {
    const head = this.#tables.head(id)
    return head === undefined ? undefined : this.#tables.whole(head)
  }

  scan(query: DeadLetterQuery, maxScanned: number): DeadLetterScan {
    const { heads, next } = scanHeads(this.#tables, query, maxScanned)
    return { letters: heads.map((head) => this.#tables.whole(head)), next }
  }

  list(query: DeadLetterQuery): StoredDeadLetter[] {
    return this.scan(query, Number.POSITIVE_INFINITY).letters
  }

  summary(): Promise<LettersSummary> {
    return summarise(this.#tables, this.#removals.counts, this.limits)
  }

  /** Removes one letter for good; false if there is none. */
  async discard(id: number): Promise<boolean> {
    const removed = (await this.#removals.remove([id], 'purged')).count > 0
    if (removed) this.#logger.info({ id }, 'A dead letter was purged.')
    return removed
  }

  /** Removes the letters that pass the filter for good, as they are now; with `dryRun` only counts them. */
  async purge(filter: DeadLetterFilter, options: PurgeOptions = {}): Promise<PurgeResult> {
    const through = options.throughId ?? this.#onDisk
    const result = await purgeLetters(this.#tables, this.#removals, filter, {
      ...options,
      throughId: through,
    })
    if (result.count > 0 && options.dryRun !== true) {
      this.#logger.info({ filter, ...result }, 'Dead letters were purged.')
    }
    return result
  }

  /** Resolves when the letters are within their limits. */
  bounded(): Promise<void> {
    return this.#bounds.settled()
  }
}
