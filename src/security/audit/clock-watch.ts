import type { AuditTrail } from '../../core/audit.js'

export interface ClockWatchOptions {
  /** Who it is, for the record. */
  readonly gatewayId: string
  readonly audit: AuditTrail
  readonly wallNow?: () => number
  /** Milliseconds of a clock that cannot be set. */
  readonly steadyNow?: () => number
}

const EVERY_MS = 10_000
/** Less is a correction of NTP, or a busy machine. */
const TOLERATED_MS = 2_000

/** Puts on record when the wall clock was set, by comparing it to one that cannot be: records around it are not in order of time. */
export class ClockWatch {
  readonly #options: ClockWatchOptions
  readonly #wallNow: () => number
  readonly #steadyNow: () => number
  #offsetMs = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: ClockWatchOptions) {
    this.#options = options
    this.#wallNow = options.wallNow ?? Date.now
    this.#steadyNow = options.steadyNow ?? (() => performance.now())
  }

  start(): void {
    this.#offsetMs = this.#offset
    this.#timer = setInterval(() => this.look(), EVERY_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  look(): void {
    const byMs = Math.round(this.#offset - this.#offsetMs)
    this.#offsetMs += byMs
    if (Math.abs(byMs) < TOLERATED_MS) return
    const { audit, gatewayId: target } = this.#options
    audit.record({
      id: 'clock_changed',
      result: 'success',
      actor: 'gateway',
      address: '',
      target,
      details: { byMs },
    })
  }

  get #offset(): number {
    return this.#wallNow() - this.#steadyNow()
  }
}
