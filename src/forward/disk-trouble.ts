import { causeOf, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'

const LOG_EVERY_MS = 10_000

/** Logs that the disk does not take something, at most once in ten seconds. */
export class DiskTrouble {
  readonly #logger: Logger
  readonly #fields: object
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)

  /** @param fields what every line carries */
  constructor(logger: Logger, fields: object) {
    this.#logger = logger
    this.#fields = fields
  }

  report(error: unknown): void {
    const { code, message, action } = new GatewayError('LG_DISK_WRITE_FAILED', { cause: causeOf(error) })
    this.#throttle.run(code, (suppressed) =>
      this.#logger.error({ ...this.#fields, code, action, suppressed }, message),
    )
  }
}
