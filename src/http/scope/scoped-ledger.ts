import type { Counts } from '../../core/counts.js'
import type { CountsByReason, DeviceDirectory, LedgerView } from '../../core/views.js'

/** The counts of the devices that a directory has, as if there were no others. */
export class ScopedLedger implements LedgerView {
  readonly #ledger: LedgerView
  readonly #devices: DeviceDirectory

  constructor(ledger: LedgerView, devices: DeviceDirectory) {
    this.#ledger = ledger
    this.#devices = devices
  }

  get revision(): number {
    return this.#ledger.revision
  }

  totals(): Counts {
    return this.#ledger.sum(this.#all())
  }

  counts(slot: number): Counts {
    return this.#ledger.sum(this.#known([slot]))
  }

  sum(slots: Iterable<number>): Counts {
    return this.#ledger.sum(this.#known(slots))
  }

  reasons(slots?: Iterable<number>): CountsByReason {
    return this.#ledger.reasons(slots === undefined ? this.#all() : this.#known(slots))
  }

  lastReceivedMs(slot: number): number {
    return this.#devices.get(slot) === undefined ? 0 : this.#ledger.lastReceivedMs(slot)
  }

  #all(): number[] {
    return this.#devices.under('').map(({ slot }) => slot)
  }

  #known(slots: Iterable<number>): number[] {
    return [...slots].filter((slot) => this.#devices.get(slot) !== undefined)
  }
}
