/**
 * API tokens: how programs such as Prometheus or Grafana ask for a person.
 *
 * Format. Table `people-tokens`: name → JSON of `ApiToken`, with the digest of the token alone.
 *
 * Invariants. A token may no more than its owner: not when it is made, and not later either, as whoever lowers the owner has those
 * revoked that are beyond him (`beyond`). One made by the command line on the gateway's machine has no owner.
 */
import { GatewayError } from '../../core/errors.js'
import { isWithin, ROLES, type Role } from '../../core/identity.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore } from '../../core/state.js'
import { isSameDigest, makeToken, type PresentedToken } from '../secrets/tokens.js'
import { nameViolations, plainName, scopeViolations } from './naming.js'
import { Records } from './records.js'
import { refuse, type Violation } from './violation.js'

export const API_TOKEN_PREFIX = 'lgp'
const DAY_MS = 86_400_000
export const MAX_TOKEN_DAYS = 3_650
export const DEFAULT_TOKEN_DAYS = 365
const WRITE_USE_AFTER_MS = 60 * 60_000

export interface ApiToken {
  readonly name: string
  readonly id: string
  /** Base64. */
  readonly digest: string
  /** Name of a user; null for the gateway's own. */
  readonly owner: string | null
  readonly role: Role
  readonly scope: string
  readonly createdAtMs: number
  readonly expiresAtMs: number
  readonly lastUsedAtMs: number | null
}

export interface ApiTokenInput {
  readonly name: string
  readonly role: Role
  readonly scope?: string
  readonly days?: number
}

export interface NewApiToken {
  readonly record: ApiToken
  /** Shown once, and kept nowhere. */
  readonly token: string
}

export class ApiTokens {
  readonly #records: Records<ApiToken>
  readonly #byId = new Map<string, string>()
  /** When each was used last, by name. */
  readonly #used = new Map<string, number>()

  constructor(state: StateStore) {
    this.#records = new Records(state, 'people-tokens')
  }

  load(logger: Logger): void {
    this.#records.load(logger)
    for (const { id, name } of this.#records.values()) this.#byId.set(id, name)
  }

  /** By name. */
  list(): ApiToken[] {
    const tokens = Array.from(this.#records.values(), (token) => this.#withUse(token))
    return tokens.sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get(name: string): ApiToken | undefined {
    const token = this.#records.get(plainName(name))
    return token === undefined ? undefined : this.#withUse(token)
  }

  byId(id: string): ApiToken | undefined {
    const name = this.#byId.get(id)
    return name === undefined ? undefined : this.#records.get(name)
  }

  /** Undefined for what is no token of here; whether it has expired is for the caller to see. */
  find({ id, digest }: PresentedToken): ApiToken | undefined {
    const token = this.byId(id)
    if (token === undefined || !isSameDigest(digest, Buffer.from(token.digest, 'base64'))) return undefined
    return token
  }

  /** @throws {GatewayError} LG_API_TOKEN_INVALID, LG_API_TOKEN_TAKEN, LG_PEOPLE_NOT_SAVED */
  add(input: ApiTokenInput, owner: string | null, nowMs: number): Promise<NewApiToken> {
    const name = plainName(input.name)
    const { role, scope = '', days = DEFAULT_TOKEN_DAYS } = input
    refuse('LG_API_TOKEN_INVALID', [
      ...nameViolations(name),
      ...scopeViolations(scope),
      ...daysViolations(days),
    ])
    const { text, id, digest } = makeToken(API_TOKEN_PREFIX)
    const record: ApiToken = {
      name,
      id,
      digest: digest.toString('base64'),
      owner,
      role,
      scope,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + days * DAY_MS,
      lastUsedAtMs: null,
    }
    return this.#records.inTurn(async () => {
      if (this.#records.get(name) !== undefined) throw new GatewayError('LG_API_TOKEN_TAKEN', { name })
      await this.#records.put(name, record)
      this.#byId.set(id, name)
      return { record, token: text }
    })
  }

  /** @throws {GatewayError} LG_PEOPLE_NOT_SAVED */
  remove(tokens: readonly ApiToken[]): Promise<void> {
    return this.#records.inTurn(async () => {
      await this.#records.remove(tokens.map(({ name }) => name))
      for (const { id, name } of tokens) {
        this.#byId.delete(id)
        this.#used.delete(name)
      }
    })
  }

  use({ name }: ApiToken, nowMs: number): void {
    this.#used.set(name, nowMs)
  }

  /**
   * Writes when tokens were used, of those whose record is far behind.
   * @throws {GatewayError} LG_PEOPLE_NOT_SAVED
   */
  async writeUses(lagMs = WRITE_USE_AFTER_MS): Promise<void> {
    for (const [name, usedAtMs] of this.#used) {
      await this.#records.inTurn(async () => {
        const token = this.#records.get(name)
        if (token === undefined || usedAtMs - (token.lastUsedAtMs ?? 0) < lagMs) return
        await this.#records.put(name, { ...token, lastUsedAtMs: usedAtMs })
      })
    }
  }

  ofOwner(owner: string): ApiToken[] {
    return Array.from(this.#records.values()).filter((token) => token.owner === owner)
  }

  /** Tokens of the owner that may more than the role and the scope. */
  beyond(owner: string, role: Role, scope: string): ApiToken[] {
    return this.ofOwner(owner).filter((token) => !covers({ role, scope }, token))
  }

  #withUse(token: ApiToken): ApiToken {
    const usedAtMs = this.#used.get(token.name)
    return usedAtMs === undefined ? token : { ...token, lastUsedAtMs: usedAtMs }
  }
}

interface Rights {
  readonly role: Role
  readonly scope: string
}

/** Whether who has the one may give the other. */
export function covers(own: Rights, given: Rights): boolean {
  return ROLES.indexOf(given.role) <= ROLES.indexOf(own.role) && isWithin(given.scope, own.scope)
}

function daysViolations(days: number): Violation[] {
  if (Number.isInteger(days) && days >= 1 && days <= MAX_TOKEN_DAYS) return []
  return [{ path: 'days', message: `must be a whole number from 1 to ${MAX_TOKEN_DAYS}` }]
}
