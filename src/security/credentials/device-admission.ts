import { isDeepStrictEqual } from 'node:util'
import {
  type Admission,
  type AuthenticationMethod,
  type ClientAccess,
  type ClientCertificate,
  type ConnectAttempt,
  type ConnectVerdict,
  UNRESTRICTED,
} from '../../core/client-access.js'
import type { AccessSubject } from '../permissions/compile-access.js'
import { Profiles, type ProfilesConfig } from '../permissions/profiles.js'
import type { PasswordHasher } from '../secrets/passwords.js'
import { parseToken } from '../secrets/tokens.js'
import { VerifiedCache } from '../secrets/verified-cache.js'
import { type CertificateRule, CertificateRules } from './certificate-rules.js'
import { type Credential, nameOf, principalOf, proofsOf, stateOf } from './credential.js'
import type { Match } from './credential-index.js'
import type { Credentials } from './credentials.js'
import { RuledClients } from './ruled-clients.js'
import { WrongTries } from './wrong-tries.js'

/** Of the configuration's `mqtt`. */
export interface AdmissionRules {
  readonly profiles: ProfilesConfig
  readonly certificates: readonly CertificateRule[]
}

export interface AdmissionOptions extends AdmissionRules {
  readonly credentials: Credentials
  readonly hasher: PasswordHasher
  readonly now?: () => number
  /** Milliseconds of a clock that does not go back. */
  readonly steadyNow?: () => number
}

/** Longer ones cannot have been set. */
const MAX_PASSWORD_BYTES = 1_024

/**
 * Lets devices in: by token, which costs a look-up and a digest; by password, which costs scrypt, or a digest when it was
 * verified lately; by certificate, whose chain TLS has verified. What a client shows first in this order decides alone.
 */
export class DeviceAdmission implements Admission {
  readonly #credentials: Credentials
  readonly #hasher: PasswordHasher
  readonly #verified = new VerifiedCache()
  readonly #tries = new WrongTries()
  readonly #ruled = new RuledClients()
  readonly #listeners: ((principal: string) => void)[] = []
  readonly #now: () => number
  readonly #steadyNow: () => number
  #config: AdmissionRules
  #profiles: Profiles
  #rules: CertificateRules

  constructor({ credentials, hasher, profiles, certificates, now, steadyNow }: AdmissionOptions) {
    this.#config = { profiles, certificates }
    this.#credentials = credentials
    this.#hasher = hasher
    this.#now = now ?? Date.now
    this.#steadyNow = steadyNow ?? (() => performance.now())
    this.#profiles = new Profiles(profiles)
    this.#rules = new CertificateRules(certificates)
    credentials.onRevoked((principal) => this.#verified.forget(nameOf(principal)))
    credentials.onCertificateNamed(() => this.#judgeByCredential())
  }

  /** Clients that come in from now on are measured by these. Answers which principals have other rights by it. */
  configure({ profiles, certificates }: AdmissionRules): (principal: string) => boolean {
    const before = this.#config
    this.#config = { profiles, certificates }
    this.#profiles = new Profiles(profiles)
    this.#rules = new CertificateRules(certificates)
    const isChanged = (profile: string) => !isDeepStrictEqual(before.profiles[profile], profiles[profile])
    const areRulesChanged = !isDeepStrictEqual(before.certificates, certificates)
    return (principal) => {
      const profile = this.#profileOf(principal)
      return profile === undefined ? areRulesChanged : isChanged(profile)
    }
  }

  accessOf(principal: string, clientId: string): ClientAccess | undefined {
    const credential = this.#credentialOf(principal)
    const certificate = this.#ruled.get(principal)
    const verdict =
      credential === undefined
        ? certificate && this.#byRule(certificate, clientId)
        : this.#verdictOn(credential, clientId)
    return verdict?.kind === 'admitted' ? verdict.access : undefined
  }

  /** Of one that came in by a rule, the profile of the rule. */
  #profileOf(principal: string): string | undefined {
    const certificate = this.#ruled.get(principal)
    if (certificate !== undefined) return this.#rules.read(certificate)?.profile
    return this.#credentialOf(principal)?.profile
  }

  #credentialOf(principal: string): Credential | undefined {
    const credential = this.#credentials.get(nameOf(principal))
    return credential !== undefined && principalOf(credential.name) === principal ? credential : undefined
  }

  onRevoked(listener: (principal: string) => void): void {
    this.#listeners.push(listener)
    this.#credentials.onRevoked(listener)
  }

  async admit(attempt: ConnectAttempt): Promise<ConnectVerdict> {
    const { methods, username, password, certificate } = attempt
    const accepts = (method: AuthenticationMethod) => methods.includes(method)
    if (accepts('token') && isToken(password)) return this.#byToken(password.toString('latin1'), attempt)
    if (accepts('password') && username !== undefined && password !== undefined) {
      return this.#byPassword(username, password, attempt)
    }
    if (accepts('certificate') && certificate !== undefined) return this.#byCertificate(certificate, attempt)
    const isNobody = username === undefined && password === undefined && certificate === undefined
    if (accepts('none') && isNobody) return { kind: 'admitted', access: UNRESTRICTED }
    return refused(isNobody ? 'it does not say who it is' : 'nothing that it shows is accepted here')
  }

  #byToken(text: string, attempt: ConnectAttempt): ConnectVerdict {
    const token = parseToken('lgd', text)
    const match = token === undefined ? undefined : this.#credentials.ofToken(token)
    return match === undefined ? refused('no such token') : this.#byCredential(match, attempt)
  }

  async #byPassword(username: string, password: Buffer, attempt: ConnectAttempt): Promise<ConnectVerdict> {
    if (password.length > MAX_PASSWORD_BYTES) return refused('wrong name or password')
    const text = password.toString()
    const known = this.#verifiedLately(username, text)
    if (known !== undefined) return this.#byCredential(known, attempt)
    const { address } = attempt
    if (!this.#tries.take(username, address, this.#steadyNow())) {
      return { kind: 'busy', cause: 'too many wrong passwords' }
    }
    const found = await this.#verify(username, text)
    if (found !== undefined) this.#tries.giveBack(username, address, this.#steadyNow())
    if (found === 'busy') return { kind: 'busy', cause: 'too many passwords are being checked' }
    return found === undefined ? refused('wrong name or password') : this.#byCredential(found, attempt)
  }

  #verifiedLately(name: string, password: string): Match | undefined {
    const nowMs = this.#steadyNow()
    return this.#passwordsOf(name).find(
      ({ proof }) => proof.kind === 'password' && this.#verified.has(name, password, proof.hash, nowMs),
    )
  }

  /** A name that nobody has, or whose credential is of another kind, takes no less time. */
  async #verify(name: string, password: string): Promise<Match | 'busy' | undefined> {
    const candidates = this.#passwordsOf(name)
    if (candidates.length === 0) {
      return (await this.#hasher.verify(password, undefined)) === 'busy' ? 'busy' : undefined
    }
    for (const match of candidates) {
      const { proof } = match
      if (proof.kind !== 'password') continue
      const isRight = await this.#hasher.verify(password, proof.hash)
      if (isRight === 'busy') return 'busy'
      if (!isRight) continue
      this.#verified.add(name, password, proof.hash, this.#steadyNow())
      // It may have been changed while it was being verified.
      return this.#passwordsOf(name).find((each) => each.proof === proof)
    }
    return undefined
  }

  #passwordsOf(name: string): readonly Match[] {
    const entry = this.#credentials.entryOf(name)
    if (entry === undefined || entry.credential.proof.kind !== 'password') return []
    return proofsOf(entry.credential, this.#now()).map((proof) => ({ entry, proof }))
  }

  #byCertificate(certificate: ClientCertificate, attempt: ConnectAttempt): ConnectVerdict {
    const match = this.#credentials.ofCertificate(certificate)
    if (match !== undefined) return this.#byCredential(match, attempt)
    const verdict = this.#byRule(certificate, attempt.clientId)
    if (verdict.kind === 'admitted') this.#ruled.note(verdict.access.principal, certificate)
    return verdict
  }

  #byRule(certificate: ClientCertificate, clientId: string): ConnectVerdict {
    const reading = this.#rules.read(certificate)
    if (reading === undefined) return notAuthorized('no credential and no rule is for its certificate')
    const { profile, place, attributes } = reading
    const principal = `certificate:${certificate.subject}`
    return this.#admitted(profile, { principal, place, clientId, username: undefined, attributes })
  }

  /** No rule is for a certificate that a credential names. */
  #judgeByCredential(): void {
    const isNamed = (certificate: ClientCertificate) =>
      this.#credentials.ofCertificate(certificate) !== undefined
    for (const principal of this.#ruled.takeNamed(isNamed)) {
      for (const listener of this.#listeners) listener(principal)
    }
  }

  #byCredential(match: Match, { clientId }: ConnectAttempt): ConnectVerdict {
    const verdict = this.#verdictOn(match.entry.credential, clientId)
    if (verdict.kind === 'admitted') this.#credentials.noteUse(match, clientId)
    return verdict
  }

  #verdictOn(credential: Credential, clientId: string): ConnectVerdict {
    const { name, profile, place, attributes } = credential
    const state = stateOf(credential, this.#now())
    if (state !== 'active') return notAuthorized(`credential ${name} is ${state}`)
    // Not the user name that the client sends, which with a token or a certificate is whatever it likes.
    const subject = { principal: principalOf(name), place, clientId, username: name, attributes }
    return this.#admitted(profile, subject)
  }

  #admitted(profile: string, subject: AccessSubject): ConnectVerdict {
    const access: ClientAccess | undefined = this.#profiles.accessOf(profile, subject)
    return access === undefined
      ? notAuthorized(`there is no profile ${profile}`)
      : { kind: 'admitted', access }
  }
}

const TOKEN_START = Buffer.from('lgd_')

function isToken(password: Buffer | undefined): password is Buffer {
  return password?.subarray(0, TOKEN_START.length).equals(TOKEN_START) ?? false
}

function refused(cause: string): ConnectVerdict {
  return { kind: 'badCredentials', cause }
}

function notAuthorized(cause: string): ConnectVerdict {
  return { kind: 'notAuthorized', cause }
}
