import type { AuditTrail } from '../../core/audit.js'
import { GatewayError } from '../../core/errors.js'
import { actorOf, isWithin, mayAs } from '../../core/identity.js'
import { type ApiToken, type ApiTokenInput, type ApiTokens, covers, type NewApiToken } from './api-tokens.js'
import { type By, recorded } from './asker.js'
import { plainName } from './naming.js'

export interface TokenAdministrationParts {
  readonly tokens: ApiTokens
  readonly audit: AuditTrail
  readonly now: () => number
  /** The token is worth nothing any more. */
  ended(token: ApiToken): void
}

/** API tokens: everybody's own, and for an administrator all those whose scope lies within his. */
export class TokenAdministration {
  readonly #parts: TokenAdministrationParts

  constructor(parts: TokenAdministrationParts) {
    this.#parts = parts
  }

  /** By name. */
  list(by: By): ApiToken[] {
    return this.#parts.tokens.list().filter((token) => isFor(token, by))
  }

  /** @throws {GatewayError} LG_ACCESS_DENIED and what `ApiTokens.add` throws */
  add(input: ApiTokenInput, by: By): Promise<NewApiToken> {
    const { tokens, audit, now } = this.#parts
    const { name, role, scope = by.identity.scope } = input
    const event = { id: 'api_token_made', by, target: plainName(name), details: { role, scope } } as const
    return recorded(audit, event, async () => {
      refuseMore({ ...input, scope }, by)
      const owner = by.identity.kind === 'session' ? by.identity.name : null
      return tokens.add({ ...input, scope }, owner, now())
    })
  }

  /** @throws {GatewayError} LG_API_TOKEN_UNKNOWN, LG_PEOPLE_NOT_SAVED */
  revoke(name: string, by: By): Promise<void> {
    return recorded(this.#parts.audit, { id: 'api_token_revoked', by, target: plainName(name) }, async () => {
      const token = this.#parts.tokens.get(name)
      if (token === undefined || !isFor(token, by)) throw new GatewayError('LG_API_TOKEN_UNKNOWN', { name })
      await this.#parts.tokens.remove([token])
      this.#parts.ended(token)
    })
  }
}

function isFor(token: ApiToken, { identity }: By): boolean {
  if (identity.kind === 'session' && token.owner === identity.name) return true
  if (identity.kind === 'token' && token.name === identity.name) return true
  return mayAs(identity, 'admin') && isWithin(token.scope, identity.scope)
}

/**
 * A token makes no tokens: one that leaked would live on in those that it made.
 * @throws {GatewayError} LG_ACCESS_DENIED
 */
function refuseMore(given: { role: ApiToken['role']; scope: string }, { identity }: By): void {
  const isPerson = identity.kind === 'session' || identity.kind === 'local'
  if (isPerson && covers(identity, given)) return
  const needed = isPerson ? `the role ${given.role} for that scope oneself` : 'a person who signed in'
  throw new GatewayError('LG_ACCESS_DENIED', { actor: actorOf(identity), needed })
}
