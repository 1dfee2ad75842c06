import { setImmediate } from 'node:timers/promises'
import type { DeadLetterFilter } from '../../core/views.js'
import { scanHeads } from './letter-search.js'
import type { LetterTables } from './letter-tables.js'
import { NOTHING, REMOVED_AT_ONCE, type Removals, type Removed, sizeOf, sum } from './removals.js'

/** Letters looked at in one go, between two of which the gateway takes messages. */
const SCANNED_AT_ONCE = 1_000

export interface PurgeOptions {
  /** Counts and removes nothing. */
  readonly dryRun?: boolean
  /** Goes on behind this id. */
  readonly afterId?: number
  /** Letters up to this id; those that are on disk now when absent. */
  readonly throughId?: number
  /** Ends early, with `next`, when it has taken this long. */
  readonly budgetMs?: number
  readonly signal?: AbortSignal
}

export interface PurgeResult extends Removed {
  /** `afterId` to go on with, after an early end. */
  readonly next: number | undefined
  readonly throughId: number
}

interface PurgeRun extends PurgeOptions {
  readonly throughId: number
}

/** Oldest first, in slices. A letter that another removes meanwhile is not counted. */
export async function purgeLetters(
  tables: LetterTables,
  removals: Removals,
  filter: DeadLetterFilter,
  run: PurgeRun,
): Promise<PurgeResult> {
  const { dryRun = false, throughId, budgetMs = Number.POSITIVE_INFINITY, signal } = run
  const endsAt = performance.now() + budgetMs
  let purged = NOTHING
  let next = run.afterId
  do {
    const query = { ...filter, beforeId: throughId + 1, limit: REMOVED_AT_ONCE }
    const found = scanHeads(tables, next === undefined ? query : { ...query, afterId: next }, SCANNED_AT_ONCE)
    const ids = found.heads.map(({ id }) => id)
    purged = sum(purged, dryRun ? sizeOf(found.heads) : await removals.remove(ids, 'purged'))
    next = found.next
    await setImmediate()
    signal?.throwIfAborted()
  } while (next !== undefined && performance.now() < endsAt)
  return { ...purged, next, throughId }
}
