import { silentLogger } from '../../src/core/logger.js'
import type { StateStore } from '../../src/core/state.js'
import { Credentials, type CredentialsOptions } from '../../src/security/credentials/credentials.js'
import { EnrolmentCodes } from '../../src/security/credentials/enrolment-codes.js'
import { PasswordHasher } from '../../src/security/secrets/passwords.js'
import { openState, removeDirectory, temporaryDirectory } from './state.js'

/** Cheap, so that what is tested is not the machine. */
export const CHEAP = { ln: 4, r: 8, p: 1 }

/** Credentials on disk, with a clock that the test moves. */
export class CredentialRig {
  nowMs = 1_800_000_000_000
  readonly directory = temporaryDirectory()
  readonly hasher: PasswordHasher
  readonly revoked: string[] = []
  #state: StateStore
  credentials: Credentials
  codes: EnrolmentCodes

  constructor(hasher = new PasswordHasher({ cost: CHEAP })) {
    this.hasher = hasher
    this.#state = openState(this.directory)
    this.credentials = new Credentials(this.#options)
    this.codes = new EnrolmentCodes({ ...this.#options, credentials: this.credentials })
    this.#listen()
  }

  get state(): StateStore {
    return this.#state
  }

  /** As after a restart of the gateway. */
  async reopen(): Promise<void> {
    await this.credentials.close()
    await this.#state.close()
    this.#state = openState(this.directory)
    this.credentials = new Credentials(this.#options)
    this.codes = new EnrolmentCodes({ ...this.#options, credentials: this.credentials })
    this.#listen()
  }

  async close(): Promise<void> {
    await this.credentials.close()
    await this.#state.close()
    removeDirectory(this.directory)
  }

  /** Time goes by, and what the timer does each second is done. */
  pass(ms: number): void {
    this.nowMs += ms
    this.credentials.endWhatIsOver()
  }

  /** Who was told to be shown out since the last call. */
  takeRevoked(): string[] {
    return this.revoked.splice(0)
  }

  #listen(): void {
    this.credentials.onRevoked((principal) => this.revoked.push(principal))
  }

  get #options(): CredentialsOptions {
    return {
      state: this.#state,
      hasher: this.hasher,
      logger: silentLogger,
      minPasswordLength: 12,
      hasProfile: (name) => ['device', 'service'].includes(name),
      now: () => this.nowMs,
    }
  }
}
