import type { AuditEventId, AuditTrail } from '../../core/audit.js'
import { GatewayError } from '../../core/errors.js'
import type { PasswordHasher } from '../secrets/passwords.js'
import { nameViolations, plainName } from './naming.js'
import type { SignInLimits, Try } from './sign-in-limits.js'
import type { User } from './user.js'
import type { Signed, Users, Vouched } from './users.js'

export interface Credentials {
  readonly name: string
  readonly password: string
}

export interface SignInParts {
  readonly users: Users
  readonly passwords: PasswordHasher
  readonly limits: SignInLimits
  readonly audit: AuditTrail
}

/** Finds out whether people are who they say they are, and has every answer on record. */
export class SignIn {
  readonly #parts: SignInParts

  constructor(parts: SignInParts) {
    this.#parts = parts
  }

  /** @throws {GatewayError} LG_SIGN_IN_FAILED, LG_SIGN_IN_BLOCKED, LG_PASSWORDS_BUSY */
  async byPassword(credentials: Credentials, address: string): Promise<User> {
    const user = await this.verify(credentials, address)
    this.#record('sign_in', 'success', { name: user.name, address, method: 'password' })
    return user
  }

  /**
   * Whether it is the password of that user, within the limits. A name that nobody has takes as long as one that somebody has.
   * @throws {GatewayError} LG_SIGN_IN_FAILED, LG_SIGN_IN_BLOCKED, LG_PASSWORDS_BUSY
   */
  async verify({ name: typed, password }: Credentials, address: string): Promise<User> {
    const { users, passwords } = this.#parts
    const name = plainName(typed)
    const user = users.get(name)
    const attempt = this.#begin(name, address, user)
    const stored = user === undefined || user.isDisabled ? undefined : (user.password ?? undefined)
    const isRight = await passwords.verify(password, stored)
    if (isRight === 'busy') {
      attempt.withdrawn()
      throw new GatewayError('LG_PASSWORDS_BUSY')
    }
    // Whoever was changed or removed in the meantime must come again.
    const now = users.get(name)
    if (isRight && now !== undefined && now.password === stored && !now.isDisabled) {
      attempt.succeeded()
      return now
    }
    this.#record('sign_in', 'failure', { name, address, method: 'password' })
    throw new GatewayError('LG_SIGN_IN_FAILED')
  }

  /** @throws {GatewayError} LG_SIGN_IN_FAILED, LG_OIDC_NAME_TAKEN, LG_PEOPLE_NOT_SAVED */
  async byProvider(vouched: Vouched, address: string, nowMs: number): Promise<Signed> {
    const details = { name: vouched.name, address, method: 'oidc' }
    try {
      const signed = await this.#parts.users.vouchedFor(vouched, nowMs)
      if (signed.user.isDisabled) throw new GatewayError('LG_SIGN_IN_FAILED')
      this.#record('sign_in', 'success', details)
      return signed
    } catch (error) {
      this.#record('sign_in', 'failure', details)
      throw error
    }
  }

  #begin(name: string, address: string, user: User | undefined): Try {
    try {
      return this.#parts.limits.begin(name, address, user?.knownPlaces)
    } catch (error) {
      this.#record('sign_in_blocked', 'failure', { name, address, method: 'password' })
      throw error
    }
  }

  #record(
    id: AuditEventId,
    result: 'success' | 'failure',
    { name, address, method }: { name: string; address: string; method: string },
  ): void {
    this.#parts.audit.record({
      id,
      result,
      actor: result === 'success' ? `user:${name}` : 'anonymous',
      address,
      // What is no name may be a password, typed into the wrong field.
      target: nameViolations(name).length === 0 ? name : '',
      details: { method },
    })
  }
}
