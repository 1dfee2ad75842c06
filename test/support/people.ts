import type { AuditEvent } from '../../src/core/audit.js'
import { type Identity, LOCAL_IDENTITY } from '../../src/core/identity.js'
import { silentLogger } from '../../src/core/logger.js'
import type { StateStore } from '../../src/core/state.js'
import { People, type PeopleOptions } from '../../src/security/people/people.js'
import type { NewSession } from '../../src/security/people/sessions.js'
import { PasswordHasher } from '../../src/security/secrets/passwords.js'
import { openState, removeDirectory, temporaryDirectory } from './state.js'

export const GOOD_PASSWORD = 'correct horse battery'
export const BY_LOCAL = { identity: LOCAL_IDENTITY, address: '127.0.0.1' }
export const HOUR_MS = 3_600_000

/** Cheap enough for many in a test; the form on disk is the same. */
export function cheapPasswords(): PasswordHasher {
  return new PasswordHasher({ cost: { ln: 4, r: 8, p: 1 } })
}

/** People on a state of their own on disk, with a clock that the test turns. */
export class PeopleRig {
  readonly directory = temporaryDirectory()
  readonly audited: AuditEvent[] = []
  nowMs = 1_700_000_000_000
  #state: StateStore = openState(this.directory)
  #people: People = this.#open({})

  get people(): People {
    return this.#people
  }

  get state(): StateStore {
    return this.#state
  }

  /** As a gateway that is stopped and started again. */
  async restart(changes: Partial<PeopleOptions> = {}): Promise<void> {
    await this.#people.close()
    await this.#state.close()
    this.#state = openState(this.directory)
    this.#people = this.#open(changes)
  }

  async close(): Promise<void> {
    await this.#people.close()
    await this.#state.close()
    removeDirectory(this.directory)
  }

  /** Who a cookie is, as a request with it would find. */
  identity({ token }: Pick<NewSession, 'token'>): Identity {
    const cookie = this.#people.cookie.set(token).split(';')[0]
    const identity = this.#people.identify({ headers: { cookie }, address: '10.0.0.1' })
    if (identity === undefined) throw new Error('nobody')
    return identity
  }

  #open(changes: Partial<PeopleOptions>): People {
    const people = new People({
      state: this.#state,
      dataDirectory: this.directory,
      sessions: { idleMs: 8 * HOUR_MS, maxMs: 168 * HOUR_MS, perUser: 3 },
      signIn: { failuresPerAccount: 3, failuresPerAddress: 6, minPasswordLength: 12 },
      isSecure: false,
      passwords: cheapPasswords(),
      audit: { record: (event) => this.audited.push(event) },
      logger: silentLogger,
      now: () => this.nowMs,
      ...changes,
    })
    people.start()
    return people
  }
}

/** For `assert.throws` and `assert.rejects`. */
export function withCode(code: string): { code: string } {
  return { code }
}
