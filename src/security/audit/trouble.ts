import { causeOf, GatewayError } from '../../core/errors.js'
import { type Logger, LogThrottle } from '../../core/logger.js'

const LOG_EVERY_MS = 10_000

/** Says loudly when auditing fails, and when it works again. */
export class AuditTrouble {
  readonly #directory: string
  readonly #logger: Logger
  readonly #throttle: LogThrottle
  isFailing = false
  /** Records that did not fit into memory since the trouble began. */
  lost = 0

  constructor(directory: string, logger: Logger, now: () => number) {
    this.#directory = directory
    this.#logger = logger
    this.#throttle = new LogThrottle(LOG_EVERY_MS, now)
  }

  failed(cause: unknown, waiting: number): void {
    this.isFailing = true
    const details = { directory: this.#directory, cause: causeOf(cause), waiting }
    this.#throttle.run('failing', () => {
      const error = new GatewayError('LG_AUDIT_FAILING', details, { cause })
      this.#logger.error(
        { code: error.code, lost: this.lost, action: error.action, err: cause },
        error.message,
      )
    })
  }

  damaged(cause: string): void {
    const error = new GatewayError('LG_AUDIT_DAMAGED', { directory: this.#directory, cause })
    this.#logger.error({ code: error.code, action: error.action }, error.message)
  }

  /** At the end of the process. */
  gaveUp(waiting: number): void {
    const details = { directory: this.#directory, cause: 'the gateway stops', waiting }
    const error = new GatewayError('LG_AUDIT_FAILING', details)
    this.#logger.error({ code: error.code, lost: this.lost + waiting, action: error.action }, error.message)
  }

  /** To be called after success; true if there is something to tell. */
  ended(): boolean {
    if (this.isFailing) this.#logger.info({ lost: this.lost }, 'The audit trail is being written again.')
    this.isFailing = false
    return this.lost > 0
  }
}
