import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import type { AuditEventId, AuditTrail } from '../core/audit.js'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import { actorOf, type Identities, type Identity, LOCAL_IDENTITY, mayAs, NOBODY } from '../core/identity.js'
import type { Arrival } from './arrival.js'
import { FailureLimit } from './failure-limit.js'
import type { Asker } from './inputs.js'
import type { AccessRule } from './route.js'
import type { Visitor } from './visitor.js'

export interface AccessInputs {
  /** Absent where nobody has to sign in. */
  readonly identities?: Identities | undefined
  readonly audit: AuditTrail
  /** Put on record who reads, too. */
  readonly auditReads?: boolean
}

/** Who asks, and whether they may. */
export class Access {
  readonly #identities: Identities | undefined
  readonly #audit: AuditTrail
  readonly #auditReads: boolean
  readonly #failures = new FailureLimit()

  constructor({ identities, audit, auditReads = false }: AccessInputs) {
    this.#identities = identities
    this.#audit = audit
    this.#auditReads = auditReads
  }

  /**
   * Whoever asks for `target` by this rule.
   * @throws {GatewayError} LG_SIGN_IN_REQUIRED, LG_ACCESS_DENIED; LG_FAILURES_EXCEEDED instead of the first, past the
   * limit of the address: what signs in well is let in all the same, so that nobody can lock out a neighbour
   */
  admit(rule: AccessRule, arrival: Arrival, headers: IncomingHttpHeaders, target: string): Visitor {
    if (rule === 'anyone') return { ...arrival, identity: this.#identityIfAny(arrival, headers) }
    const identity = this.#identityOf(arrival, headers, target)
    const lack = lackOf(identity, rule)
    if (lack === undefined) return { ...arrival, identity }
    const actor = actorOf(identity)
    this.#record('access_denied', actor, arrival, target, 'LG_ACCESS_DENIED')
    throw new GatewayError('LG_ACCESS_DENIED', { actor, needed: lack })
  }

  /** Puts a request on record that is refused whoever asks. */
  recordRefusal(code: ErrorCode, actor: string, address: string, { method, url }: IncomingMessage): void {
    const id = ORIGIN_CODES.has(code) ? 'origin_refused' : 'bad_request'
    const target = `${method} ${url?.split('?')[0]}`
    this.#audit.record({ id, result: 'failure', actor, address, target, details: { error: code } })
  }

  recordRead({ identity, address }: Asker, target: string): void {
    if (!this.#auditReads) return
    this.#audit.record({ id: 'read', result: 'success', actor: actorOf(identity), address, target })
  }

  #identityOf(arrival: Arrival, headers: IncomingHttpHeaders, target: string): Identity {
    try {
      const identity = this.#identify(arrival, headers)
      if (identity !== undefined) return identity
      throw new GatewayError('LG_SIGN_IN_REQUIRED', { cause: 'nobody is signed in' })
    } catch (error) {
      if (!(error instanceof GatewayError) || error.code !== 'LG_SIGN_IN_REQUIRED') throw error
      const waitSeconds = this.#failures.take(arrival.address)
      if (waitSeconds > 0) throw new GatewayError('LG_FAILURES_EXCEEDED', { seconds: waitSeconds })
      this.#record('access_denied', 'anonymous', arrival, target, error.code)
      throw error
    }
  }

  /** What needs no signing in is there for those, too, whose session has ended: to sign in again. */
  #identityIfAny(arrival: Arrival, headers: IncomingHttpHeaders): Identity {
    try {
      return this.#identify(arrival, headers) ?? NOBODY
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'LG_SIGN_IN_REQUIRED') return NOBODY
      throw error
    }
  }

  #identify({ address }: Arrival, { authorization, cookie }: IncomingHttpHeaders): Identity | undefined {
    if (this.#identities === undefined) return LOCAL_IDENTITY
    // Resolvers of identifiers have tokens of their own, beside which people may be signed in.
    const own = authorization !== undefined && isOwnToken(authorization) ? authorization : undefined
    return this.#identities.identify({ headers: { authorization: own, cookie }, address })
  }

  #record(id: AuditEventId, actor: string, { address }: Arrival, target: string, code: ErrorCode): void {
    this.#audit.record({ id, result: 'failure', actor, address, target, details: { error: code } })
  }
}

/** A token that people and programs sign in with: `lgp_…`, `lgl_…`. */
export function isOwnToken(authorization: string): boolean {
  return /^bearer +lg[a-z]_/i.test(authorization)
}

const ORIGIN_CODES: ReadonlySet<ErrorCode> = new Set([
  'LG_ORIGIN_REFUSED',
  'LG_HOST_REFUSED',
  'LG_PROXY_REQUIRED',
])

/** What the identity lacks, in words; undefined for nothing. */
function lackOf(identity: Identity, rule: Exclude<AccessRule, 'anyone'>): string | undefined {
  if (!mayAs(identity, rule.role)) return `the role ${rule.role}`
  return rule.scope === 'plant' && identity.scope !== '' ? 'the whole plant as scope' : undefined
}
