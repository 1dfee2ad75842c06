import type { GatewayConfig } from '../config/schema.js'
import type { AuditEvent, AuditTrail } from '../core/audit.js'
import type { Logger } from '../core/logger.js'

/**
 * What a command does to a gateway that does not run, for its audit trail. Nothing is opened before there is something to
 * record: a command that only looks must leave the trail as it is.
 */
export class CommandAudit implements AuditTrail {
  readonly #config: GatewayConfig
  readonly #logger: Logger
  readonly #events: AuditEvent[] = []

  constructor(config: GatewayConfig, logger: Logger) {
    this.#config = config
    this.#logger = logger
  }

  record(event: AuditEvent): void {
    this.#events.push(event)
  }

  /** To be called while the state is still locked: then no gateway writes the trail. */
  async close(): Promise<void> {
    if (this.#events.length === 0) return
    const { AuditLog } = await import('../security/audit/audit-log.js')
    const { gateway, security } = this.#config
    const { retentionDays, maxFileBytes } = security.audit
    const { dataDirectory } = gateway
    const log = new AuditLog({ dataDirectory, retentionDays, maxFileBytes, logger: this.#logger })
    await log.open()
    for (const event of this.#events) log.record(event)
    await log.close()
  }
}
