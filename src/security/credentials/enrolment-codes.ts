/**
 * Codes that an installer types into a device, and that the device turns into a token of its own, once.
 *
 * Constraints. A code lets nobody in by itself; it makes credentials of one profile at one place, for a day. Only its
 * digest is kept. Whoever tries codes learns nothing: one that is wrong, used or expired is refused in the same words.
 *
 * Format. Table `enrolment-codes`: id → JSON of `EnrolmentCode`.
 *
 * Invariants. The use of a code and the credential that it makes are one transaction, in turn with all other changes: of
 * two devices that send the same code at once, one gets in.
 *
 * Recovery. None is needed. Codes that are over are removed a month later, when the next one is made.
 */
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore, Table } from '../../core/state.js'
import { isSameDigest, makeToken, type PresentedToken, parseToken } from '../secrets/tokens.js'
import type { Rules } from './credential-input.js'
import type { Companion } from './credential-store.js'
import type { Credentials, Issued } from './credentials.js'
import {
  checkEnrolment,
  checkSaidName,
  type EnrolmentCode,
  type EnrolmentInput,
  enrolledAs,
  enrolmentStateOf,
  newEnrolmentCode,
} from './enrolment-code.js'
import { refuseInvalid } from './violations.js'
import { WrongTries } from './wrong-tries.js'

export interface EnrolmentOptions extends Rules {
  readonly state: StateStore
  readonly credentials: Credentials
  readonly logger: Logger
  readonly now?: () => number
}

/** A code, and its text, which is told once. */
export interface MadeCode {
  readonly code: EnrolmentCode
  readonly text: string
}

const KEEP_MS = 31 * 86_400_000
const TRY = 'enrolment'

export class EnrolmentCodes {
  readonly #options: EnrolmentOptions
  readonly #table: Table
  readonly #now: () => number
  /** By id. */
  readonly #codes = new Map<string, EnrolmentCode>()
  readonly #tries = new WrongTries()

  /** Reads all of them. */
  constructor(options: EnrolmentOptions) {
    this.#options = options
    this.#now = options.now ?? Date.now
    this.#table = options.state.table('enrolment-codes')
    for (const { key, value } of this.#table.entries()) this.#load(String(key), value)
  }

  /** The newest first, those that are over included. */
  list(): readonly EnrolmentCode[] {
    return [...this.#codes.values()].sort((a, b) => b.createdAtMs - a.createdAtMs || (a.id < b.id ? -1 : 1))
  }

  /** @throws {GatewayError} LG_CREDENTIAL_INVALID, LG_CREDENTIAL_NOT_SAVED */
  async make(input: EnrolmentInput): Promise<MadeCode> {
    refuseInvalid(input.name ?? '{name}', (report) => checkEnrolment(input, this.#options, report))
    const nowMs = this.#now()
    const token = makeToken('lge')
    const code = newEnrolmentCode(input, token, nowMs)
    const { credentials } = this.#options
    await credentials.inTurn(async () => {
      const old = this.list().filter(({ expiresAtMs }) => expiresAtMs + KEEP_MS < nowMs)
      await credentials.commit(() => {
        for (const { id } of old) this.#table.remove(id)
        this.#table.put(code.id, rowOf(code))
      })
      for (const { id } of old) this.#codes.delete(id)
      this.#codes.set(code.id, code)
    })
    return { code, text: token.text }
  }

  /** @throws {GatewayError} LG_ENROLMENT_CODE_UNKNOWN, LG_CREDENTIAL_NOT_SAVED */
  async remove(id: string): Promise<void> {
    const { credentials } = this.#options
    await credentials.inTurn(async () => {
      if (!this.#codes.has(id)) throw new GatewayError('LG_ENROLMENT_CODE_UNKNOWN', { id })
      await credentials.commit(() => this.#table.remove(id))
      this.#codes.delete(id)
    })
  }

  /**
   * Turns a code into the token of a device.
   * @param name what the device calls itself
   * @param address that it asks from: wrong codes are limited by it
   * @throws {GatewayError} LG_ENROLMENT_TOO_MANY, LG_ENROLMENT_REFUSED; for a code that is good, LG_CREDENTIAL_INVALID and
   * LG_CREDENTIAL_NAME_TAKEN, which do not use it up, and LG_CREDENTIAL_NOT_SAVED
   */
  async enrol(text: string, name: string | undefined, address: string): Promise<Issued> {
    if (!this.#tries.take(TRY, address, performance.now())) throw new GatewayError('LG_ENROLMENT_TOO_MANY')
    const issued = await this.#enrol(text, name)
    this.#tries.giveBack(TRY, address, performance.now())
    return issued
  }

  async #enrol(text: string, name: string | undefined): Promise<Issued> {
    const token = parseToken('lge', text.trim())
    const { terms } = this.#open(token)
    refuseInvalid(name ?? terms.name, (report) => checkSaidName(terms, name, report))
    const { profile, attributes } = terms
    const input = { kind: 'token', profile, attributes, ...enrolledAs(terms, name) } as const
    return this.#options.credentials.add(input, this.#using(token))
  }

  #using(token: PresentedToken | undefined): Companion {
    let next: EnrolmentCode
    return {
      check: () => {
        const code = this.#open(token)
        next = { ...code, used: code.used + 1 }
      },
      write: () => this.#table.put(next.id, rowOf(next)),
      written: () => this.#codes.set(next.id, next),
    }
  }

  /** @throws {GatewayError} LG_ENROLMENT_REFUSED, whatever is wrong with it */
  #open(token: PresentedToken | undefined): EnrolmentCode {
    const code = this.#codes.get(token?.id ?? '')
    const isRight =
      code !== undefined &&
      isSameDigest(token!.digest, Buffer.from(code.digest, 'hex')) &&
      enrolmentStateOf(code, this.#now()) === 'open'
    if (!isRight) throw new GatewayError('LG_ENROLMENT_REFUSED')
    return code
  }

  #load(id: string, row: Buffer): void {
    try {
      this.#codes.set(id, JSON.parse(row.toString()) as EnrolmentCode)
    } catch (error) {
      this.#options.logger.error(
        { id, cause: causeOf(error) },
        'An enrolment code cannot be read, and is void.',
      )
    }
  }
}

function rowOf(code: EnrolmentCode): Buffer {
  return Buffer.from(JSON.stringify(code))
}
