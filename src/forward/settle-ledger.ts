import type { Ledger } from '../ledger/ledger.js'
import type { RejectedCount } from '../spool/rejections.js'
import type { SettledBlock } from './settle-queue.js'

/**
 * Tells the ledger what the primary sink settled; to be called without a pause, so that no checkpoint sees half of it.
 * Blocks that the ledger has as settled already (by a sink that was primary before) change nothing, and neither do
 * their rejections.
 */
export function settleLedger(
  ledger: Ledger,
  blocks: Iterable<SettledBlock>,
  rejections: Iterable<RejectedCount>,
): void {
  const { settledThrough } = ledger.checkpoint
  for (const { sequence, tallies } of blocks) ledger.settle(sequence, tallies)
  for (const { sequence, slot, count, reason } of rejections) {
    if (sequence > settledThrough) ledger.reject(slot, count, reason)
  }
}
