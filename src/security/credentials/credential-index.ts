import type { ClientCertificate } from '../../core/client-access.js'
import { isSameDigest, type PresentedToken } from '../secrets/tokens.js'
import { ClientProofs } from './client-proofs.js'
import { type Credential, type Proof, proofsOf } from './credential.js'

/** A credential as memory has it. */
export interface Entry {
  credential: Credential
  lastUsedAtMs: number | undefined
  readonly clients: ClientProofs
  /** It was told of that it has expired, or that its old secret is no longer good. */
  isExpiryTold: boolean
  isGraceTold: boolean
}

/** An entry, and the proof of it that was shown. */
export interface Match {
  readonly entry: Entry
  readonly proof: Proof
}

interface Place extends Match {
  /** Of a token; empty for a certificate. */
  readonly digest: Buffer
}

const NO_DIGEST = Buffer.alloc(0)
/** What a token that nobody has is compared with. */
const NOBODYS_DIGEST = Buffer.alloc(32)

/** Credentials by name, by the id of their token, and by what names their certificate: one look-up each. */
export class CredentialIndex {
  readonly #byName = new Map<string, Entry>()
  readonly #byProof = new Map<string, Place>()

  get size(): number {
    return this.#byName.size
  }

  get(name: string): Entry | undefined {
    return this.#byName.get(name)
  }

  entries(): IterableIterator<Entry> {
    return this.#byName.values()
  }

  /** The entry is that of the name before, if there was one. */
  put(credential: Credential): Entry {
    const entry = this.#byName.get(credential.name) ?? newEntry(credential)
    this.#forgetProofs(entry)
    entry.credential = credential
    entry.isExpiryTold = false
    entry.isGraceTold = false
    this.#byName.set(credential.name, entry)
    if (credential.previous !== undefined) this.#putProof(entry, credential.previous.proof)
    this.#putProof(entry, credential.proof)
    return entry
  }

  remove(name: string): void {
    const entry = this.#byName.get(name)
    if (entry !== undefined) this.#forgetProofs(entry)
    this.#byName.delete(name)
  }

  /** Whose token it is, if its secret is right, and still good. Its credential may have expired. */
  ofToken({ id, digest }: PresentedToken, nowMs: number): Match | undefined {
    const place = this.#byProof.get(`token ${id}`)
    const isRight = isSameDigest(digest, place?.digest ?? NOBODYS_DIGEST)
    return place !== undefined && isRight && isGood(place, nowMs) ? place : undefined
  }

  /** The credential that names it: the certificate itself goes before its names. */
  ofCertificate(certificate: ClientCertificate, nowMs: number): Match | undefined {
    const { fingerprint, alternativeNames, subject } = certificate
    const keys = [
      `fingerprint ${fingerprint}`,
      ...alternativeNames.map((name) => `alternativeName ${name}`),
      `subject ${subject}`,
    ]
    for (const key of keys) {
      const place = this.#byProof.get(key)
      if (place !== undefined && isGood(place, nowMs)) return place
    }
    return undefined
  }

  /** Who has this proof, when it is not the one with this name. */
  otherHolder(proof: Proof, name: string, nowMs: number): string | undefined {
    const place = this.#byProof.get(keyOf(proof) ?? '')
    if (place === undefined || place.entry.credential.name === name) return undefined
    return isGood(place, nowMs) ? place.entry.credential.name : undefined
  }

  #putProof(entry: Entry, proof: Proof): void {
    const key = keyOf(proof)
    if (key === undefined) return
    const digest = proof.kind === 'token' ? Buffer.from(proof.digest, 'hex') : NO_DIGEST
    this.#byProof.set(key, { entry, proof, digest })
  }

  #forgetProofs(entry: Entry): void {
    const { proof, previous } = entry.credential
    for (const each of previous === undefined ? [proof] : [proof, previous.proof]) {
      const key = keyOf(each)
      // What was an old certificate of this one may be another's by now.
      if (key !== undefined && this.#byProof.get(key)?.entry === entry) this.#byProof.delete(key)
    }
  }
}

function newEntry(credential: Credential): Entry {
  return {
    credential,
    lastUsedAtMs: undefined,
    clients: new ClientProofs(),
    isExpiryTold: false,
    isGraceTold: false,
  }
}

function isGood({ entry, proof }: Match, nowMs: number): boolean {
  return proofsOf(entry.credential, nowMs).includes(proof)
}

/** Passwords are found by name. */
function keyOf(proof: Proof): string | undefined {
  if (proof.kind === 'token') return `token ${proof.id}`
  return proof.kind === 'certificate' ? `${proof.part} ${proof.value}` : undefined
}
