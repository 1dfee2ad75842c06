import type { AuditEventId, AuditTrail } from '../core/audit.js'
import { GatewayError } from '../core/errors.js'
import { credentialAnswer, type EnrolmentAnswer, enrolmentAnswer } from '../security/credentials/answers.js'
import type { Credential, CredentialKind, CredentialState } from '../security/credentials/credential.js'
import type { CertificateInput } from '../security/credentials/credential-input.js'
import { Credentials, type Issued } from '../security/credentials/credentials.js'
import type { EnrolmentInput } from '../security/credentials/enrolment-code.js'
import { EnrolmentCodes } from '../security/credentials/enrolment-codes.js'
import { PasswordHasher } from '../security/secrets/passwords.js'
import { administer, type Stopped } from './administration.js'
import type { GatewayApi } from './api.js'
import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'

const PATH = '/api/v1/credentials'
const CODES_PATH = '/api/v1/enrolment-codes'
const PAGE_SIZE = 1_000

export type CredentialRow = ReturnType<typeof credentialAnswer>
export type IssuedRow = CredentialRow & { readonly secret: string | null }

export interface Selection {
  readonly text?: string
  readonly profile?: string
  readonly scope?: string
  readonly kind?: CredentialKind
  readonly state?: CredentialState
}

/** As the body of the API. */
export interface Patch {
  readonly profile?: string
  readonly place?: string | null
  readonly attributes?: Readonly<Record<string, string>>
  readonly expiresAt?: string | null
}

export interface Secret {
  readonly password?: string
  readonly certificate?: CertificateInput
}

export interface Addition extends Patch, Secret {
  readonly name: string
  readonly kind: CredentialKind
  readonly place?: string
  readonly expiresAt?: string
}

/** What can be done with credentials, wherever they are. */
export interface CredentialDesk {
  list(selection: Selection, limit: number): Promise<{ rows: readonly CredentialRow[]; more: boolean }>
  get(name: string): Promise<CredentialRow>
  add(addition: Addition): Promise<IssuedRow>
  change(name: string, patch: Patch): Promise<CredentialRow>
  rotate(name: string, rotation: Secret & { readonly graceMs: number }): Promise<IssuedRow>
  revoke(name: string): Promise<void>
  remove(name: string): Promise<void>
  makeCode(input: EnrolmentInput): Promise<EnrolmentAnswer & { readonly code: string }>
  /** Where devices connect; empty if it is not known. */
  mqttUrls(): Promise<readonly string[]>
  readonly source: GatewayApi | Stopped
}

/** Does `work` with the credentials of a gateway, whether it runs or not. */
export function atDesk<T>(
  options: ApiOptions,
  context: Context,
  work: (desk: CredentialDesk) => Promise<T>,
): Promise<T> {
  return administer(options, context, {
    online: (api) => work(new OnlineDesk(api)),
    offline: async (stopped) => {
      const desk = new OfflineDesk(stopped)
      try {
        return await work(desk)
      } finally {
        await desk.close()
      }
    },
  })
}

class OnlineDesk implements CredentialDesk {
  readonly source: GatewayApi

  constructor(api: GatewayApi) {
    this.source = api
  }

  async list(selection: Selection, limit: number) {
    const rows: CredentialRow[] = []
    let cursor: string | undefined
    while (rows.length < limit) {
      const query = { ...selection, limit: Math.min(PAGE_SIZE, limit - rows.length), cursor }
      const page = await this.source.get<{ credentials: CredentialRow[]; nextCursor: string | null }>(
        PATH,
        query,
      )
      rows.push(...page.credentials)
      if (page.nextCursor === null) return { rows, more: false }
      cursor = page.nextCursor
    }
    return { rows, more: true }
  }

  get(name: string): Promise<CredentialRow> {
    return this.source.get(pathOf(name))
  }

  async add(json: Addition): Promise<IssuedRow> {
    return (await this.source.send<IssuedRow>('POST', PATH, { json }))!
  }

  async change(name: string, json: Patch): Promise<CredentialRow> {
    return (await this.source.send<CredentialRow>('PATCH', pathOf(name), { json }))!
  }

  async rotate(name: string, json: Secret & { graceMs: number }): Promise<IssuedRow> {
    return (await this.source.send<IssuedRow>('POST', `${pathOf(name)}/rotate`, { json }))!
  }

  async revoke(name: string): Promise<void> {
    await this.source.send('POST', `${pathOf(name)}/revoke`)
  }

  async remove(name: string): Promise<void> {
    await this.source.send('DELETE', pathOf(name))
  }

  async makeCode(json: EnrolmentInput) {
    return (await this.source.send<EnrolmentAnswer & { code: string }>('POST', CODES_PATH, { json }))!
  }

  async mqttUrls(): Promise<readonly string[]> {
    return (await this.source.get<{ mqtt: string[] }>('/api/v1/info')).mqtt
  }
}

/** What is changed is on record as it is of a gateway that runs. */
class OfflineDesk implements CredentialDesk {
  readonly source: Stopped
  readonly #audit: AuditTrail
  readonly #credentials: Credentials
  readonly #codes: EnrolmentCodes

  constructor(stopped: Stopped) {
    const { state, config, logger, audit } = stopped
    const options = {
      state,
      logger,
      hasher: new PasswordHasher(),
      minPasswordLength: config.security.signIn.minPasswordLength,
      hasProfile: (name: string) => Object.hasOwn(config.mqtt.profiles, name),
    }
    this.source = stopped
    this.#audit = audit
    this.#credentials = new Credentials(options)
    this.#codes = new EnrolmentCodes({ ...options, credentials: this.#credentials })
  }

  close(): Promise<void> {
    return this.#credentials.close()
  }

  async list(selection: Selection, limit: number) {
    const { credentials, hasMore } = this.#credentials.list({ ...selection, limit })
    return { rows: credentials.map((credential) => this.#row(credential)), more: hasMore }
  }

  async get(name: string): Promise<CredentialRow> {
    const credential = this.#credentials.get(name)
    if (credential === undefined) throw new GatewayError('LG_CREDENTIAL_UNKNOWN', { name })
    return this.#row(credential)
  }

  async add({ expiresAt, ...input }: Addition): Promise<IssuedRow> {
    const issued = await this.#credentials.add({ ...input, expiresAtMs: msOf(expiresAt) })
    this.#record('credential_added', input.name)
    return this.#issued(issued)
  }

  async change(name: string, { expiresAt, ...patch }: Patch): Promise<CredentialRow> {
    const credential = await this.#credentials.change(name, { ...patch, expiresAtMs: msOf(expiresAt) })
    this.#record('credential_changed', name)
    return this.#row(credential)
  }

  async rotate(name: string, rotation: Secret & { graceMs: number }): Promise<IssuedRow> {
    const issued = await this.#credentials.rotate(name, rotation)
    this.#record('credential_rotated', name)
    return this.#issued(issued)
  }

  async revoke(name: string): Promise<void> {
    await this.#credentials.revoke(name)
    this.#record('credential_revoked', name)
  }

  async remove(name: string): Promise<void> {
    await this.#credentials.remove(name)
    this.#record('credential_revoked', name)
  }

  async makeCode(input: EnrolmentInput) {
    const { code, text } = await this.#codes.make(input)
    this.#record('enrolment_code_made', code.id)
    return { ...enrolmentAnswer(code, Date.now()), code: text }
  }

  async mqttUrls(): Promise<readonly string[]> {
    return this.source.config.mqtt.listeners.map(
      ({ protocol, host, port }) => `${protocol}://${host}:${port}`,
    )
  }

  #row(credential: Credential): CredentialRow {
    return credentialAnswer(credential, this.#credentials.lastUsedAtMs(credential.name), Date.now())
  }

  #issued({ credential, secret }: Issued): IssuedRow {
    return { ...this.#row(credential), secret: secret ?? null }
  }

  #record(id: AuditEventId, target: string): void {
    this.#audit.record({ id, result: 'success', actor: 'local', address: '', target })
  }
}

function pathOf(name: string): string {
  return `${PATH}/${encodeURIComponent(name)}`
}

function msOf<T extends null | undefined>(time: string | T): number | T {
  return typeof time === 'string' ? Date.parse(time) : time
}
