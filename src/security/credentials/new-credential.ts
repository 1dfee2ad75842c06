import type { Credential, Proof } from './credential.js'
import type { CredentialInput } from './credential-input.js'
import { placeOf } from './place.js'

export const DEFAULT_PROFILE = 'device'

/** Of what was checked. */
export function credentialOf(input: CredentialInput, proof: Proof, nowMs: number): Credential {
  const { name, profile = DEFAULT_PROFILE, place, attributes = {}, expiresAtMs } = input
  return {
    name,
    profile,
    place: levelsOf(place ?? null),
    attributes,
    createdAtMs: nowMs,
    expiresAtMs: expiresAtMs ?? undefined,
    revokedAtMs: undefined,
    proof,
    previous: undefined,
  }
}

/** What is no longer good need not be kept. */
export function withoutOver(credential: Credential, nowMs: number): Credential {
  const { previous } = credential
  return previous !== undefined && previous.untilMs <= nowMs
    ? { ...credential, previous: undefined }
    : credential
}

export function levelsOf(place: string | null): Credential['place'] {
  return place === null ? undefined : placeOf(place)
}
