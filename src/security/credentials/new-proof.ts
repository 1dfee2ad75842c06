import { randomInt } from 'node:crypto'
import type { PasswordHasher } from '../secrets/passwords.js'
import { makeToken, type NewToken } from '../secrets/tokens.js'
import { CERTIFICATE_PARTS, type CredentialKind, type Proof } from './credential.js'
import { type CertificateInput, fingerprintOf, type RotationInput } from './credential-input.js'

/** What is stored, and what is told once: a secret that the gateway made. */
export interface NewProof {
  readonly proof: Proof
  readonly secret: string | undefined
}

const PASSWORD_CHARACTERS = 24
/** Without those that are taken for one another, as people will type it into a machine: 24 of 31 are 118 bits. */
const PASSWORD_ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

/**
 * Of what was checked.
 * @throws {GatewayError} LG_PASSWORDS_BUSY
 */
export async function newProof(
  kind: CredentialKind,
  { password, certificate = {} }: Pick<RotationInput, 'password' | 'certificate'>,
  hasher: PasswordHasher,
): Promise<NewProof> {
  if (kind === 'token') return newTokenProof()
  if (kind === 'certificate') return { proof: certificateProof(certificate), secret: undefined }
  const chosen = password ?? makePassword()
  const proof: Proof = { kind, hash: await hasher.hash(chosen) }
  return { proof, secret: password === undefined ? chosen : undefined }
}

export function newTokenProof(): NewProof {
  const token = makeToken('lgd')
  return { proof: tokenProof(token), secret: token.text }
}

function tokenProof({ id, digest }: NewToken): Proof {
  return { kind: 'token', id, digest: digest.toString('hex') }
}

function certificateProof(certificate: CertificateInput): Proof {
  const part = CERTIFICATE_PARTS.find((each) => certificate[each] !== undefined)!
  const value = certificate[part]!
  return { kind: 'certificate', part, value: part === 'fingerprint' ? fingerprintOf(value) : value }
}

function makePassword(): string {
  const character = () => PASSWORD_ALPHABET[randomInt(PASSWORD_ALPHABET.length)]!
  return Array.from({ length: PASSWORD_CHARACTERS }, character).join('')
}
