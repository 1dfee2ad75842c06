import type { ClientCertificate } from '../../core/client-access.js'
import { GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore } from '../../core/state.js'
import type { PasswordHasher } from '../secrets/passwords.js'
import type { PresentedToken } from '../secrets/tokens.js'
import { type Credential, kindOf, principalOf, stateOf } from './credential.js'
import type { Entry, Match } from './credential-index.js'
import {
  type CredentialInput,
  type CredentialPatch,
  checkInput,
  checkPatch,
  checkSecret,
  MAX_GRACE_MS,
  type RotationInput,
  type Rules,
} from './credential-input.js'
import { type CredentialPage, type CredentialQuery, pageOf } from './credential-query.js'
import { type Companion, CredentialStore } from './credential-store.js'
import { credentialOf, DEFAULT_PROFILE, levelsOf, withoutOver } from './new-credential.js'
import { newProof } from './new-proof.js'
import { refuseInvalid } from './violations.js'

export interface CredentialsOptions extends Rules {
  readonly state: StateStore
  readonly hasher: PasswordHasher
  readonly logger: Logger
  readonly now?: () => number
}

/** A credential, and the secret that was made for it: told once, and kept by nobody. */
export interface Issued {
  readonly credential: Credential
  readonly secret: string | undefined
}

const CHECK_EVERY_MS = 1_000

/** The credentials of MQTT clients: who may come in, and as whom. */
export class Credentials {
  readonly #options: CredentialsOptions
  readonly #store: CredentialStore
  readonly #now: () => number
  readonly #listeners: ((principal: string) => void)[] = []
  readonly #onNamed: (() => void)[] = []
  /** Nothing ends by itself before. */
  #nextEndMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  /** Reads all of them. */
  constructor(options: CredentialsOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#store = new CredentialStore(options.state, options.logger)
    for (const { credential } of this.#store.index.entries()) this.#expect(credential)
  }

  get size(): number {
    return this.#store.index.size
  }

  /** Has what ends by its time end, and last uses written. */
  start(): void {
    this.#timer = setInterval(() => this.endWhatIsOver(), CHECK_EVERY_MS).unref()
    this.#store.lastUses.start()
  }

  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#store.inTurn(() => this.#store.lastUses.close())
  }

  /** Called with principals that may nothing any more, or something else than before, synchronously. */
  onRevoked(listener: (principal: string) => void): void {
    this.#listeners.push(listener)
  }

  /** Called when a credential has come to name another certificate than before. */
  onCertificateNamed(listener: () => void): void {
    this.#onNamed.push(listener)
  }

  get(name: string): Credential | undefined {
    return this.#store.index.get(name)?.credential
  }

  lastUsedAtMs(name: string): number | undefined {
    return this.#store.index.get(name)?.lastUsedAtMs
  }

  list(query: CredentialQuery): CredentialPage {
    return pageOf(this.#store.index.entries(), query, this.#now())
  }

  /** Whose token it is, if it is good; the credential may have ended. */
  ofToken(token: PresentedToken): Match | undefined {
    return this.#store.index.ofToken(token, this.#now())
  }

  ofCertificate(certificate: ClientCertificate): Match | undefined {
    return this.#store.index.ofCertificate(certificate, this.#now())
  }

  entryOf(name: string): Entry | undefined {
    return this.#store.index.get(name)
  }

  /** A client came in. */
  noteUse({ entry, proof }: Match, clientId: string): void {
    entry.clients.note(clientId, proof)
    this.#store.lastUses.note(entry, this.#now())
  }

  /**
   * @param companion what is to be written with it, or prevents it
   * @throws {GatewayError} LG_CREDENTIAL_INVALID, LG_CREDENTIAL_NAME_TAKEN, LG_CREDENTIAL_CERTIFICATE_TAKEN,
   * LG_CREDENTIAL_NOT_SAVED, LG_PASSWORDS_BUSY
   */
  async add(input: CredentialInput, companion?: Companion): Promise<Issued> {
    const { name, kind } = input
    const checked = { ...input, profile: input.profile ?? DEFAULT_PROFILE }
    refuseInvalid(name, (report) => checkInput(checked, this.#options, report))
    const { proof, secret } = await newProof(kind, input, this.#options.hasher)
    const credential = credentialOf(checked, proof, this.#now())
    await this.#store.inTurn(async () => {
      companion?.check()
      if (this.get(name) !== undefined) throw new GatewayError('LG_CREDENTIAL_NAME_TAKEN', { name })
      await this.#put(credential, companion)
    })
    return { credential, secret }
  }

  /**
   * Gives it a new secret. With a grace time the old one is good beside it until then; without, whoever is connected by it
   * is shown out at once.
   * @throws {GatewayError} LG_CREDENTIAL_UNKNOWN, LG_CREDENTIAL_REVOKED, LG_CREDENTIAL_INVALID,
   * LG_CREDENTIAL_CERTIFICATE_TAKEN, LG_CREDENTIAL_NOT_SAVED, LG_PASSWORDS_BUSY
   */
  async rotate(name: string, input: RotationInput): Promise<Issued> {
    const kind = kindOf(this.#unrevoked(name))
    refuseInvalid(name, (report) => {
      if (!(input.graceMs >= 0 && input.graceMs <= MAX_GRACE_MS)) report('graceMs', 'is not within a year')
      checkSecret(kind, input, this.#options, report)
    })
    const { proof, secret } = await newProof(kind, input, this.#options.hasher)
    const credential = await this.#replace(name, input.graceMs === 0, (known) => ({
      ...known,
      proof,
      previous:
        input.graceMs === 0 ? undefined : { proof: known.proof, untilMs: this.#now() + input.graceMs },
    }))
    return { credential, secret }
  }

  /**
   * Profile, place and attributes decide what a client may: whoever is connected comes in anew.
   * @throws {GatewayError} LG_CREDENTIAL_UNKNOWN, LG_CREDENTIAL_REVOKED, LG_CREDENTIAL_INVALID, LG_CREDENTIAL_NOT_SAVED
   */
  async change(name: string, patch: CredentialPatch): Promise<Credential> {
    this.#unrevoked(name)
    refuseInvalid(name, (report) => checkPatch(patch, this.#options, report))
    const { profile, place, attributes, expiresAtMs } = patch
    const isElsewhere = profile !== undefined || place !== undefined || attributes !== undefined
    return this.#replace(name, isElsewhere, (known) => ({
      ...known,
      profile: profile ?? known.profile,
      place: place === undefined ? known.place : levelsOf(place),
      attributes: attributes ?? known.attributes,
      expiresAtMs: expiresAtMs === undefined ? known.expiresAtMs : (expiresAtMs ?? undefined),
    }))
  }

  /**
   * For good; who is connected by it is shown out at once. Done once, it is done.
   * @throws {GatewayError} LG_CREDENTIAL_UNKNOWN, LG_CREDENTIAL_NOT_SAVED
   */
  async revoke(name: string): Promise<Credential> {
    const known = this.#known(name)
    if (known.revokedAtMs !== undefined) return known
    return this.#replace(name, true, (latest) => ({
      ...latest,
      revokedAtMs: this.#now(),
      previous: undefined,
    }))
  }

  /**
   * Revokes it, and frees its name.
   * @throws {GatewayError} LG_CREDENTIAL_UNKNOWN, LG_CREDENTIAL_NOT_SAVED
   */
  async remove(name: string): Promise<void> {
    await this.#store.inTurn(async () => {
      this.#known(name)
      await this.#store.remove(this.entryOf(name)!)
      this.#tell(name)
    })
  }

  /** Runs `work` in turn with the changes. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    return this.#store.inTurn(work)
  }

  /** @throws {GatewayError} LG_CREDENTIAL_NOT_SAVED */
  commit(write: () => void): Promise<void> {
    return this.#store.commit(write)
  }

  /** What the timer does each second: tells of what has ended since. */
  endWhatIsOver(): void {
    const nowMs = this.#now()
    if (nowMs < this.#nextEndMs) return
    this.#nextEndMs = Number.POSITIVE_INFINITY
    for (const entry of this.#store.index.entries()) {
      if (this.#hasEnded(entry, nowMs)) this.#tell(entry.credential.name)
      this.#expect(entry.credential, entry)
    }
  }

  async #put(credential: Credential, companion?: Companion): Promise<void> {
    const { proof, name } = credential
    const holder = this.#store.index.otherHolder(proof, name, this.#now())
    if (holder !== undefined) throw new GatewayError('LG_CREDENTIAL_CERTIFICATE_TAKEN', { holder })
    const before = this.get(name)?.proof
    await this.#store.put(credential, companion)
    this.#expect(credential)
    if (proof.kind === 'certificate' && proof !== before) for (const listener of this.#onNamed) listener()
  }

  #replace(
    name: string,
    endsSessions: boolean,
    next: (known: Credential) => Credential,
  ): Promise<Credential> {
    return this.#store.inTurn(async () => {
      const credential = withoutOver(next(this.#unrevoked(name)), this.#now())
      await this.#put(credential)
      const hasExpired = stateOf(credential, this.#now()) === 'expired'
      if (endsSessions || hasExpired) this.#tell(name)
      return credential
    })
  }

  #known(name: string): Credential {
    const credential = this.get(name)
    if (credential === undefined) throw new GatewayError('LG_CREDENTIAL_UNKNOWN', { name })
    return credential
  }

  #unrevoked(name: string): Credential {
    const credential = this.#known(name)
    if (credential.revokedAtMs !== undefined) throw new GatewayError('LG_CREDENTIAL_REVOKED', { name })
    return credential
  }

  #hasEnded(entry: Entry, nowMs: number): boolean {
    const { credential, clients } = entry
    const { expiresAtMs, previous } = credential
    const expires = !entry.isExpiryTold && expiresAtMs !== undefined && expiresAtMs <= nowMs
    const graceEnds = !entry.isGraceTold && previous !== undefined && previous.untilMs <= nowMs
    entry.isExpiryTold ||= expires
    entry.isGraceTold ||= graceEnds
    return expires || (graceEnds && clients.mayHaveUsed(previous.proof))
  }

  #expect({ expiresAtMs, previous }: Credential, told?: Entry): void {
    const endsMs = told?.isExpiryTold ? undefined : expiresAtMs
    const graceMs = told?.isGraceTold ? undefined : previous?.untilMs
    this.#nextEndMs = Math.min(this.#nextEndMs, endsMs ?? Infinity, graceMs ?? Infinity)
  }

  #tell(name: string): void {
    this.entryOf(name)?.clients.clear()
    for (const listener of this.#listeners) listener(principalOf(name))
  }
}
