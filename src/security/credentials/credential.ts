import type { TopicLevels } from '../../core/device.js'

export const CREDENTIAL_KINDS = ['token', 'password', 'certificate'] as const
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number]

/** revoked is for good; expired can be put off. */
export const CREDENTIAL_STATES = ['active', 'expired', 'revoked'] as const
export type CredentialState = (typeof CREDENTIAL_STATES)[number]

/** What of a certificate names the client. */
export const CERTIFICATE_PARTS = ['fingerprint', 'subject', 'alternativeName'] as const
export type CertificatePart = (typeof CERTIFICATE_PARTS)[number]

/** What proves who a client is, as it is stored: nothing of it lets anyone in. */
export type Proof =
  /** `digest`: SHA-256 of the whole token, hexadecimal. */
  | { readonly kind: 'token'; readonly id: string; readonly digest: string }
  /** `hash`: as `PasswordHasher` writes it. */
  | { readonly kind: 'password'; readonly hash: string }
  /** As core's `ClientCertificate` writes that part. */
  | { readonly kind: 'certificate'; readonly part: CertificatePart; readonly value: string }

/** What a client gets in with, and who it is then. Never changed in place. */
export interface Credential {
  /** Unique; the MQTT user name of a password. */
  readonly name: string
  /** Of the configuration's `mqtt.profiles`. */
  readonly profile: string
  /** The device that it is; undefined for a client that is none, such as a service. */
  readonly place: TopicLevels | undefined
  /** Further placeholders of templates. */
  readonly attributes: Readonly<Record<string, string>>
  readonly createdAtMs: number
  readonly expiresAtMs: number | undefined
  readonly revokedAtMs: number | undefined
  readonly proof: Proof
  /** The one before, while it is still good beside it. */
  readonly previous: { readonly proof: Proof; readonly untilMs: number } | undefined
}

export function kindOf({ proof }: Credential): CredentialKind {
  return proof.kind
}

export function stateOf({ revokedAtMs, expiresAtMs }: Credential, nowMs: number): CredentialState {
  if (revokedAtMs !== undefined) return 'revoked'
  return expiresAtMs !== undefined && expiresAtMs <= nowMs ? 'expired' : 'active'
}

/** What is good now, the newest first. */
export function proofsOf({ proof, previous }: Credential, nowMs: number): readonly Proof[] {
  return previous !== undefined && nowMs < previous.untilMs ? [proof, previous.proof] : [proof]
}

const PRINCIPAL = 'device:'

export function principalOf(name: string): string {
  return `${PRINCIPAL}${name}`
}

/** Of a principal that `principalOf` made. */
export function nameOf(principal: string): string {
  return principal.slice(PRINCIPAL.length)
}
