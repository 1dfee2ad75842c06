import type { AuditEvent, AuditEventId, AuditTrail } from '../../core/audit.js'
import { GatewayError } from '../../core/errors.js'
import { actorOf, type Identity } from '../../core/identity.js'

/** Who asks for a change, and from where. */
export interface By {
  readonly identity: Identity
  /** IP address; '' for the command line on a gateway that does not run. */
  readonly address: string
}

type Details = NonNullable<AuditEvent['details']>

/** Makes a change and has it on record, whether it was made or refused. */
export async function recorded<T>(
  audit: AuditTrail,
  { id, by, target, details = {} }: { id: AuditEventId; by: By; target: string; details?: Details },
  change: () => Promise<T>,
): Promise<T> {
  const event = { id, actor: actorOf(by.identity), address: by.address, target }
  try {
    const done = await change()
    audit.record({ ...event, result: 'success', details })
    return done
  } catch (error) {
    const code = error instanceof GatewayError ? error.code : 'LG_INTERNAL'
    audit.record({ ...event, result: 'failure', details: { ...details, error: code } })
    throw error
  }
}
