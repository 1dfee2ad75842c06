/**
 * Who comes in, and the record of who tried:
 *
 *     devices ─▶ admission ─▶ credentials, certificates ─▶ access by profile
 *     people  ─▶ sign-in   ─▶ users, API tokens, OpenID ─▶ role and scope
 *                    └──────────────┴───▶ audit trail
 */
import type { GatewayConfig } from './config/schema.js'
import type { AuditEventId } from './core/audit.js'
import type { ClientAccess, ClientRefusal } from './core/client-access.js'
import { causeOf } from './core/errors.js'
import type { Logger } from './core/logger.js'
import { isLoopback } from './core/loopback.js'
import type { StateStore } from './core/state.js'
import { AuditLog } from './security/audit/audit-log.js'
import { ClockWatch } from './security/audit/clock-watch.js'
import { Credentials } from './security/credentials/credentials.js'
import { DeviceAdmission } from './security/credentials/device-admission.js'
import { EnrolmentCodes } from './security/credentials/enrolment-codes.js'
import { OidcSignIn } from './security/people/oidc.js'
import { People } from './security/people/people.js'
import { PasswordHasher } from './security/secrets/passwords.js'

export interface GuardParts {
  readonly config: GatewayConfig
  readonly state: StateStore
  readonly version: string
  readonly logger: Logger
}

/** What a refused client is on record as. */
const REFUSALS: Readonly<Record<ClientRefusal['kind'], AuditEventId>> = {
  connect: 'client_refused',
  takeover: 'client_refused',
  will: 'publish_refused',
  publish: 'publish_refused',
  subscribe: 'subscribe_refused',
  limit: 'limit_reached',
}

export class Guard {
  readonly audit: AuditLog
  readonly credentials: Credentials
  readonly enrolment: EnrolmentCodes
  readonly admission: DeviceAdmission
  readonly people: People
  readonly oidc: OidcSignIn | undefined
  readonly #parts: GuardParts
  readonly #clock: ClockWatch
  #profiles: GatewayConfig['mqtt']['profiles']

  constructor(parts: GuardParts) {
    const { config, state, logger } = parts
    const { audit, signIn } = config.security
    this.#parts = parts
    this.#profiles = config.mqtt.profiles
    this.audit = new AuditLog({ dataDirectory: config.gateway.dataDirectory, logger, ...audit })
    this.#clock = new ClockWatch({ gatewayId: config.gateway.id, audit: this.audit })
    const hasher = new PasswordHasher()
    const hasProfile = (name: string) => Object.hasOwn(this.#profiles, name)
    const rules = { state, hasProfile, minPasswordLength: signIn.minPasswordLength, logger }
    this.credentials = new Credentials({ ...rules, hasher })
    this.enrolment = new EnrolmentCodes({ ...rules, credentials: this.credentials })
    this.admission = new DeviceAdmission({ ...config.mqtt, credentials: this.credentials, hasher })
    this.people = this.#newPeople()
    this.oidc = this.#newOidc()
  }

  /** Before anyone can come in. */
  async start(): Promise<void> {
    await this.audit.open()
    const { version, config } = this.#parts
    this.#recordOwn('started', { version, node: process.version, signIn: config.http.signIn })
    this.#clock.start()
    this.credentials.start()
    this.people.start()
    this.#warn()
  }

  /** The command line of this machine comes in where HTTP is served. */
  async serve(url: string): Promise<void> {
    await this.people.serve(url)
  }

  /** When nobody can come in any more. */
  async close(): Promise<void> {
    this.#clock.stop()
    await this.people.close()
    await this.credentials.close()
    this.#recordOwn('stopped', {})
    await this.audit.close()
  }

  /** Whoever comes in from now on is measured by these. Answers which principals have other rights by it. */
  configure(mqtt: Pick<GatewayConfig['mqtt'], 'profiles' | 'certificates'>): (principal: string) => boolean {
    this.#profiles = mqtt.profiles
    return this.admission.configure(mqtt)
  }

  /** Puts what a signal asked for on record, with how it went. */
  async recorded<T>(id: AuditEventId, run: () => Promise<T>): Promise<T> {
    const target = this.#parts.config.gateway.id
    const event = { id, actor: 'local', address: '', target } as const
    try {
      const done = await run()
      this.audit.record({ ...event, result: 'success' })
      return done
    } catch (error) {
      this.audit.record({ ...event, result: 'failure', details: { cause: causeOf(error) } })
      throw error
    }
  }

  clientConnected(
    clientId: string,
    { principal, address }: Pick<ClientRefusal, 'principal' | 'address'>,
  ): void {
    if (!this.#parts.config.security.audit.connections) return
    const target = clientId
    this.audit.record({ id: 'client_connected', result: 'success', actor: principal, address, target })
  }

  readonly clientRefused = ({ kind, clientId, principal, address, target, cause }: ClientRefusal): void => {
    this.audit.record({
      id: REFUSALS[kind],
      result: 'failure',
      actor: principal === '' ? 'anonymous' : principal,
      address,
      target,
      details: { kind, clientId, cause },
    })
  }

  readonly speakerRefused = ({ principal }: ClientAccess, clientId: string, path: string): void => {
    this.audit.record({
      id: 'speak_for_refused',
      result: 'failure',
      actor: principal,
      address: '',
      target: path,
      details: { clientId },
    })
  }

  #recordOwn(id: 'started' | 'stopped', details: Readonly<Record<string, string>>): void {
    const { id: target } = this.#parts.config.gateway
    this.audit.record({ id, result: 'success', actor: 'gateway', address: '', target, details })
  }

  get #isSecure(): boolean {
    const { tls, trustedProxies } = this.#parts.config.http
    return tls !== undefined || trustedProxies.length > 0
  }

  #newPeople(): People {
    const { config, state, logger } = this.#parts
    const { sessions, signIn } = config.security
    return new People({
      state,
      dataDirectory: config.gateway.dataDirectory,
      sessions,
      signIn,
      isSecure: this.#isSecure,
      passwords: new PasswordHasher(),
      audit: this.audit,
      logger,
    })
  }

  #newOidc(): OidcSignIn | undefined {
    const { config, logger } = this.#parts
    const { oidc } = config.security
    const { publicUrl } = config.http
    if (oidc === undefined || publicUrl === undefined) return undefined
    return new OidcSignIn({ ...oidc, publicUrl, isSecure: this.#isSecure, logger })
  }

  /** What an administrator should know, and need not forbid. */
  #warn(): void {
    const { config, logger } = this.#parts
    if (config.http.signIn === 'required' && this.people.isEmpty && this.oidc === undefined) {
      logger.warn({}, 'Nobody can sign in yet: add the first administrator with "linegate users add".')
    }
    for (const { protocol, host, port, authentication } of config.mqtt.listeners) {
      const sendsSecrets = authentication.includes('password') || authentication.includes('token')
      if (!sendsSecrets || isLoopback(host) || protocol === 'mqtts' || protocol === 'wss') continue
      logger.warn({ protocol, host, port }, 'Passwords and tokens are sent to this listener unencrypted.')
    }
  }
}
