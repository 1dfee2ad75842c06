import { type Credential, kindOf } from './credential.js'

/**
 * A row of the table `credentials`, whose key is the name: JSON.
 *
 *     { v: 1, name, profile, place?, attributes, createdAtMs, expiresAtMs?, revokedAtMs?, proof, previous? }
 */
const VERSION = 1

export function encodeCredential(credential: Credential): Buffer {
  return Buffer.from(JSON.stringify({ v: VERSION, ...credential }))
}

/** @throws {Error} for what is no row of this version */
export function decodeCredential(row: Buffer): Credential {
  const { v, ...read } = JSON.parse(row.toString()) as Credential & { v: number }
  if (v !== VERSION) throw new Error(`version ${v} of the row is not known`)
  const { name, profile, attributes, createdAtMs, proof } = read
  const { place, expiresAtMs, revokedAtMs, previous } = read
  const credential = {
    name,
    profile,
    place,
    attributes,
    createdAtMs,
    expiresAtMs,
    revokedAtMs,
    proof,
    previous,
  }
  if (typeof name !== 'string' || kindOf(credential) === undefined) throw new Error('the row is not complete')
  return credential
}
