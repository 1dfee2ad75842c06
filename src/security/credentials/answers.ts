import { type Credential, kindOf, type Proof, stateOf } from './credential.js'
import { type EnrolmentCode, enrolmentStateOf } from './enrolment-code.js'
import { placeText } from './place.js'

/** What operators see of a credential, over HTTP and on the command line alike. */
export function credentialAnswer(credential: Credential, lastUsedAtMs: number | undefined, nowMs: number) {
  const { name, profile, place, attributes, proof, previous } = credential
  const isGrace = previous !== undefined && nowMs < previous.untilMs
  return {
    name,
    kind: kindOf(credential),
    state: stateOf(credential, nowMs),
    profile,
    place: place === undefined ? null : placeText(place),
    attributes: { ...attributes },
    tokenId: proof.kind === 'token' ? proof.id : null,
    certificate: certificateOf(proof),
    createdAt: textOf(credential.createdAtMs)!,
    expiresAt: textOf(credential.expiresAtMs),
    lastUsedAt: textOf(lastUsedAtMs),
    revokedAt: textOf(credential.revokedAtMs),
    previousUntil: isGrace ? textOf(previous.untilMs) : null,
  }
}

export type CredentialAnswer = ReturnType<typeof credentialAnswer>

/** What operators see of an enrolment code. */
export function enrolmentAnswer(code: EnrolmentCode, nowMs: number) {
  const { id, terms, uses, used, createdAtMs, expiresAtMs } = code
  return {
    id,
    state: enrolmentStateOf(code, nowMs),
    name: terms.name,
    profile: terms.profile,
    place: terms.place ?? null,
    attributes: { ...terms.attributes },
    uses,
    used,
    createdAt: textOf(createdAtMs)!,
    expiresAt: textOf(expiresAtMs)!,
  }
}

export type EnrolmentAnswer = ReturnType<typeof enrolmentAnswer>

function certificateOf(proof: Proof): { part: string; value: string } | null {
  return proof.kind === 'certificate' ? { part: proof.part, value: proof.value } : null
}

function textOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString()
}
