/**
 * The people who may sign in.
 *
 * Format. Table `people-users`: name → JSON of `User`. Passwords are there as scrypt hashes alone.
 *
 * Invariants. A name is one person's, and so is an account at the OpenID provider: one with a password never becomes one of
 * the provider, nor the other way round. The last administrator of the whole plant with a password stays one.
 */
import { addressKey } from '../../core/address-key.js'
import { GatewayError } from '../../core/errors.js'
import type { Role } from '../../core/identity.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore } from '../../core/state.js'
import type { PasswordHasher } from '../secrets/passwords.js'
import { displayNameViolations, nameViolations, plainName, scopeViolations } from './naming.js'
import { passwordViolations } from './password-rules.js'
import { Records } from './records.js'
import type { ProviderAccount, User, UserInput, UserPatch } from './user.js'
import { refuse } from './violation.js'

const KNOWN_PLACES = 10

/** A person as the OpenID provider and the mapping of the configuration describe one. */
export interface Vouched {
  readonly account: ProviderAccount
  readonly name: string
  readonly displayName: string
  readonly role: Role
  readonly scope: string
}

/** A user who was vouched for, and whether that changed what they may. */
export interface Signed {
  readonly user: User
  readonly haveRightsChanged: boolean
}

export interface UserRules {
  readonly minPasswordLength: number
}

export class Users {
  readonly #records: Records<User>
  readonly #passwords: PasswordHasher
  readonly #rules: UserRules

  constructor(state: StateStore, passwords: PasswordHasher, rules: UserRules) {
    this.#records = new Records(state, 'people-users')
    this.#passwords = passwords
    this.#rules = rules
  }

  load(logger: Logger): void {
    this.#records.load(logger)
  }

  get(name: string): User | undefined {
    return this.#records.get(plainName(name))
  }

  /** By name. */
  list(): User[] {
    return Array.from(this.#records.values()).sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  /** @throws {GatewayError} LG_USER_INVALID, LG_USER_TAKEN, LG_PASSWORDS_BUSY, LG_PEOPLE_NOT_SAVED */
  async add(input: UserInput, nowMs: number): Promise<User> {
    const name = plainName(input.name)
    const { displayName = '', role, scope = '', language = null } = input
    refuse('LG_USER_INVALID', [
      ...nameViolations(name),
      ...displayNameViolations(displayName),
      ...scopeViolations(scope),
      ...passwordViolations(input.password, name, this.#rules.minPasswordLength),
    ])
    this.#refuseTaken(name)
    const password = await this.#passwords.hash(input.password)
    const stated = { name, displayName, role, scope, language, password, provider: null, isDisabled: false }
    return this.#records.inTurn(async () => {
      this.#refuseTaken(name)
      return this.#put({ ...stated, createdAtMs: nowMs, ...fresh(nowMs) })
    })
  }

  /**
   * @throws {GatewayError} LG_USER_UNKNOWN, LG_USER_INVALID, LG_USER_OF_PROVIDER, LG_LAST_ADMINISTRATOR, LG_PASSWORDS_BUSY,
   * LG_PEOPLE_NOT_SAVED
   */
  async change(name: string, patch: UserPatch, nowMs: number): Promise<User> {
    const { password: newPassword, ...stated } = patch
    const { name: key } = this.known(name)
    this.#refuseInvalid(key, patch)
    const password = newPassword === undefined ? undefined : await this.#passwords.hash(newPassword)
    return this.#records.inTurn(async () => {
      const user = this.known(key)
      refuseOfProvider(user, patch)
      const changed = {
        ...user,
        ...stated,
        ...(password === undefined ? {} : { password }),
        changedAtMs: nowMs,
      }
      if (!isAdministrator(changed)) this.#refuseLast(user)
      return this.#put(changed)
    })
  }

  /** @throws {GatewayError} LG_USER_UNKNOWN, LG_LAST_ADMINISTRATOR, LG_PEOPLE_NOT_SAVED */
  remove(name: string): Promise<User> {
    return this.#records.inTurn(async () => {
      const user = this.known(name)
      this.#refuseLast(user)
      await this.#records.remove([user.name])
      return user
    })
  }

  /** @throws {GatewayError} LG_USER_UNKNOWN */
  known(name: string): User {
    const user = this.get(name)
    if (user === undefined) throw new GatewayError('LG_USER_UNKNOWN', { name })
    return user
  }

  /**
   * Remembers that the user signed in, and from where.
   * @throws {GatewayError} LG_PEOPLE_NOT_SAVED
   */
  signedIn(name: string, address: string, nowMs: number): Promise<void> {
    const place = addressKey(address)
    return this.#records.inTurn(async () => {
      const user = this.get(name)
      if (user === undefined) return
      const knownPlaces = [place, ...user.knownPlaces.filter((known) => known !== place)]
      await this.#put({ ...user, lastSignInAtMs: nowMs, knownPlaces: knownPlaces.slice(0, KNOWN_PLACES) })
    })
  }

  /**
   * The user of an account at the provider, with what the provider says now; a new one the first time.
   * @throws {GatewayError} LG_OIDC_NAME_TAKEN, LG_PEOPLE_NOT_SAVED
   */
  vouchedFor({ account, name, displayName, role, scope }: Vouched, nowMs: number): Promise<Signed> {
    const stated = { displayName, role, scope }
    return this.#records.inTurn(async () => {
      const before = this.#ofAccount(account)
      if (before !== undefined) {
        const haveRightsChanged = before.role !== role || before.scope !== scope
        const isSame = !haveRightsChanged && before.displayName === displayName
        const user = isSame ? before : await this.#put({ ...before, ...stated, changedAtMs: nowMs })
        return { user, haveRightsChanged }
      }
      // Never the account of someone else, whatever the provider calls this one.
      if (this.get(name) !== undefined) throw new GatewayError('LG_OIDC_NAME_TAKEN', { name })
      const own = { name, language: null, password: null, provider: account, isDisabled: false }
      const user = await this.#put({ ...stated, ...own, createdAtMs: nowMs, ...fresh(nowMs) })
      return { user, haveRightsChanged: false }
    })
  }

  #ofAccount({ issuer, subject }: ProviderAccount): User | undefined {
    for (const user of this.#records.values()) {
      if (user.provider?.issuer === issuer && user.provider.subject === subject) return user
    }
    return undefined
  }

  async #put(user: User): Promise<User> {
    await this.#records.put(user.name, user)
    return user
  }

  #refuseTaken(name: string): void {
    if (this.#records.get(name) !== undefined) throw new GatewayError('LG_USER_TAKEN', { name })
  }

  #refuseInvalid(name: string, { displayName, scope, password }: UserPatch): void {
    const { minPasswordLength } = this.#rules
    refuse('LG_USER_INVALID', [
      ...(displayName === undefined ? [] : displayNameViolations(displayName)),
      ...(scope === undefined ? [] : scopeViolations(scope)),
      ...(password === undefined ? [] : passwordViolations(password, name, minPasswordLength)),
    ])
  }

  #refuseLast(user: User): void {
    if (!isAdministrator(user)) return
    for (const other of this.#records.values()) {
      if (other.name !== user.name && isAdministrator(other)) return
    }
    throw new GatewayError('LG_LAST_ADMINISTRATOR', { name: user.name })
  }
}

function fresh(nowMs: number) {
  return { changedAtMs: nowMs, lastSignInAtMs: null, knownPlaces: [] }
}

/** Of all, by a password: one that the provider vouches for is there as long as the provider is. */
function isAdministrator({ role, scope, password, isDisabled }: User): boolean {
  return role === 'admin' && scope === '' && password !== null && !isDisabled
}

/** What the provider says of a person is the provider's to change. */
function refuseOfProvider({ name, provider }: User, { role, scope, displayName, password }: UserPatch): void {
  if (provider === null) return
  if ([role, scope, displayName, password].every((value) => value === undefined)) return
  throw new GatewayError('LG_USER_OF_PROVIDER', { name, issuer: provider.issuer })
}
