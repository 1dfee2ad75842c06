import type { Recorder } from '../../core/recorder.js'
import type { ShiftCalendar } from '../../core/shifts.js'
import type { StateStore } from '../../core/state.js'
import type { CurrentBlock } from './block-journal.js'
import type { Places } from './shift-close.js'

/** What production needs of the gateway. */
export interface ProductionParts {
  readonly registry: Places
  readonly state: StateStore
  readonly block: CurrentBlock
  /** Called after changes that no message brought: the block is to be flushed. */
  readonly touched: () => void
  readonly calendar: ShiftCalendar
  /** Whether the device is heard from as it should be. */
  readonly isFresh: (slot: number) => boolean
  readonly recorder: Recorder
  /** Epoch milliseconds; the system's clock when absent. */
  readonly now?: () => number
}
