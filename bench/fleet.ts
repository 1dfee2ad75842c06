import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '../src/core/logger.js'
import { StateStore } from '../src/core/state.js'
import type { Credential } from '../src/security/credentials/credential.js'
import { encodeCredential } from '../src/security/credentials/credential-row.js'
import { newTokenProof } from '../src/security/credentials/new-proof.js'
import { placeOf } from '../src/security/credentials/place.js'
import type { Login } from './entry.js'

export interface Member {
  readonly name: string
  /** As `ningbo/moulding/line1/imm-1`. */
  readonly place: string
}

/** Which topics a member may publish to, as each broker says it. */
export interface Permissions {
  /** Name of the profile, and its lines of YAML in `mqtt.profiles`. */
  readonly profile: string
  readonly profiles: string
  /** Line of Mosquitto's acl_file. */
  readonly acl: string
}

/** Each device its own topics, as the default configuration has it. */
export const OWN_TOPICS: Permissions = {
  profile: 'device',
  profiles: "{ device: { publish: { allow: ['factory/{site}/{area}/{line}/{device}/#'] } } }",
  acl: 'pattern write factory/+/+/+/%u/#',
}

/** One client for all devices of a line. */
export const WHOLE_LINE: Permissions = {
  profile: 'line',
  profiles: "{ line: { publish: { allow: ['factory/{site}/{area}/{line}/#'] }, speaksFor: line } }",
  acl: 'pattern write factory/+/+/%u/#',
}

const MAP_BYTES = 1024 ** 3

/** Clients that have a token each: the same for every broker that they connect to. */
export class Fleet {
  readonly permissions: Permissions
  readonly #directory = mkdtempSync(join(tmpdir(), 'linegate-bench-fleet-'))
  readonly #credentials: readonly Credential[]
  readonly #logins: readonly Login[]

  constructor(members: readonly Member[], permissions: Permissions) {
    this.permissions = permissions
    const issued = members.map((member) => issue(member, permissions.profile))
    this.#credentials = issued.map(({ credential }) => credential)
    this.#logins = issued.map(({ login }) => login)
    writeFileSync(this.loginsFile, JSON.stringify(this.#logins))
  }

  /** For `EntryOptions.logins`, in the order of the members. */
  get loginsFile(): string {
    return join(this.#directory, 'logins.json')
  }

  /** Into the data directory of a gateway that is not running, in one transaction. */
  async enrol(dataDirectory: string): Promise<void> {
    const directory = join(dataDirectory, 'state')
    const state = StateStore.open({ directory, mapBytes: MAP_BYTES, logger: silentLogger })
    const table = state.table('credentials')
    await state.commit(() => {
      for (const credential of this.#credentials) table.put(credential.name, encodeCredential(credential))
    })
    await state.close()
  }

  /** Lines of mosquitto.conf: the tokens are the passwords. */
  mosquittoLines(): string[] {
    const passwordFile = join(this.#directory, 'passwords')
    const aclFile = join(this.#directory, 'acl')
    const lines = this.#logins.map(({ username, password }) => `${username}:${password}\n`)
    writeFileSync(passwordFile, lines.join(''))
    execFileSync('mosquitto_passwd', ['-U', passwordFile])
    writeFileSync(aclFile, `${this.permissions.acl}\n`)
    return ['allow_anonymous false', `password_file ${passwordFile}`, `acl_file ${aclFile}`]
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true })
  }
}

function issue({ name, place }: Member, profile: string): { credential: Credential; login: Login } {
  const { proof, secret } = newTokenProof()
  const credential: Credential = {
    name,
    profile,
    place: placeOf(place),
    attributes: {},
    createdAtMs: Date.now(),
    expiresAtMs: undefined,
    revokedAtMs: undefined,
    proof,
    previous: undefined,
  }
  return { credential, login: { username: name, password: secret! } }
}
