/**
 * Whose sessions client ids belong to, so that nobody takes over what another has (subscriptions, queued messages, will).
 *
 * Format. Table `mqttSessionOwners`: client id → JSON of the id, its principal and the device that this is, and whether the session
 * is persistent. It has what outlives the process: persistent sessions, and clients with a will.
 *
 * Invariants.
 * - An id has one owner, from the moment that it is let in until its session is over: the connection ended, it was
 *   no persistent session, and its will was published or dropped.
 * - `claim` decides and takes in one turn: of two that come at once, one gets it.
 * - The owner is handed to the disk before anything of its session is.
 *
 * Recovery. Owners are read at the start; those who had but a will that is not there any more are dropped. A session without
 * an owner, of a version before this table, belongs to whoever comes first.
 */
import { type ClientAccess, UNRESTRICTED } from '../../core/client-access.js'
import type { TopicLevels } from '../../core/device.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore, Table } from '../../core/state.js'
import { haveSameLevels } from '../../devices/device-path.js'
import { Journal } from '../journal.js'
import { sessionKey } from '../session-key.js'

interface OwnerRecord {
  readonly clientId: string
  readonly principal: string
  readonly place?: TopicLevels
  readonly persistent: boolean
}

export interface LeftWill {
  readonly principal: string
  /** The device that its client was. */
  readonly place: TopicLevels | undefined
}

interface Owner extends LeftWill {
  /** While it is connected, or its will is under way; undefined if that was in an earlier run. */
  access: ClientAccess | undefined
  connections: number
  persistent: boolean
  hasWill: boolean
  onDisk: boolean
}

export interface Claim {
  readonly clientId: string
  readonly access: ClientAccess
  readonly persistent: boolean
  readonly hasWill: boolean
}

export interface SessionOwnersOptions {
  readonly state: StateStore
  readonly logger: Logger
  /** Whether a will of this client is stored. */
  readonly hasWill: (clientId: string) => Promise<boolean>
  /** Whether clients may come without saying who they are. Where not, what such clients left may be taken. */
  readonly anonymousMayEnter: boolean
}

const RETRY_AFTER_MS = 1_000

export class SessionOwners {
  readonly #table: Table
  readonly #journal: Journal
  readonly #hasWill: SessionOwnersOptions['hasWill']
  readonly #anonymousMayEnter: boolean
  readonly #owners = new Map<string, Owner>()

  constructor({ state, logger, hasWill, anonymousMayEnter }: SessionOwnersOptions) {
    this.#table = state.table('mqttSessionOwners')
    this.#journal = new Journal(state, logger, RETRY_AFTER_MS)
    this.#hasWill = hasWill
    this.#anonymousMayEnter = anonymousMayEnter
  }

  /** After the wills were loaded. */
  async load(): Promise<void> {
    for (const { value } of this.#table.entries()) {
      const { clientId, principal, place, persistent } = JSON.parse(value.toString()) as OwnerRecord
      const hasWill = await this.#hasWill(clientId)
      const owner = {
        principal,
        place,
        access: undefined,
        connections: 0,
        persistent,
        hasWill,
        onDisk: true,
      }
      this.#owners.set(clientId, owner)
      this.#dropIfOver(clientId, owner)
    }
  }

  /** Resolves when all changes so far are on disk. */
  flushed(): Promise<void> {
    return this.#journal.flushed()
  }

  stop(): void {
    this.#journal.stop()
  }

  /** The principal of an id, for a connection of another; undefined if that may have it. */
  rivalOf(clientId: string, principal: string): string | undefined {
    const owner = this.#owners.get(clientId)
    if (owner === undefined || owner.principal === principal) return undefined
    const isLeft = owner.connections === 0 && owner.principal === UNRESTRICTED.principal
    return isLeft && !this.#anonymousMayEnter ? undefined : owner.principal
  }

  /** For a connection that is let in and has no rival; `release` must be called when it ends. */
  claim({ clientId, access, persistent, hasWill }: Claim): void {
    const { principal, place } = access
    const before = this.#owners.get(clientId)
    const owner: Owner = {
      principal,
      place,
      access,
      connections: (before?.connections ?? 0) + 1,
      persistent,
      hasWill,
      onDisk: before?.onDisk ?? false,
    }
    this.#owners.set(clientId, owner)
    const isWritten =
      before?.onDisk === true &&
      before.principal === principal &&
      before.persistent === persistent &&
      isSame(before.place, place)
    if (persistent || hasWill) {
      if (!isWritten) this.#put(clientId, owner)
    } else this.#remove(clientId, owner)
  }

  /** A connection of this id ended. */
  async release(clientId: string): Promise<void> {
    const owner = this.#owners.get(clientId)
    if (owner === undefined) return
    owner.connections--
    if (owner.connections > 0) return
    // Without a will, or after a DISCONNECT, there is nothing to wait for.
    if (owner.hasWill && (await this.#hasWill(clientId))) return
    this.willGone(clientId)
  }

  /** The will of a client was published or dropped. */
  willGone(clientId: string): void {
    const owner = this.#owners.get(clientId)
    // At its CONNECT, the will from before goes.
    if (owner === undefined || owner.connections > 0) return
    owner.hasWill = false
    owner.access = undefined
    this.#dropIfOver(clientId, owner)
  }

  /** Of a client that is connected or whose will is under way. */
  accessOf(clientId: string): ClientAccess | undefined {
    return this.#owners.get(clientId)?.access
  }

  /** Whose a will is that was not published yet, also if an earlier run left it. */
  ownerOfWill(clientId: string): LeftWill | undefined {
    const owner = this.#owners.get(clientId)
    return owner?.hasWill ? owner : undefined
  }

  isConnected(clientId: string): boolean {
    return (this.#owners.get(clientId)?.connections ?? 0) > 0
  }

  idsOf(principal: string): string[] {
    return [...this.#owners]
      .filter(([, owner]) => owner.principal === principal)
      .map(([clientId]) => clientId)
  }

  /** Its session was dropped. */
  forget(clientId: string): void {
    const owner = this.#owners.get(clientId)
    if (owner === undefined) return
    this.#remove(clientId, owner)
    this.#owners.delete(clientId)
  }

  #dropIfOver(clientId: string, owner: Owner): void {
    if (!owner.persistent && !owner.hasWill && owner.connections === 0) this.forget(clientId)
  }

  #put(clientId: string, owner: Owner): void {
    owner.onDisk = true
    const { principal, place, persistent } = owner
    const known: OwnerRecord = { clientId, principal, persistent, ...(place === undefined ? {} : { place }) }
    const record = Buffer.from(JSON.stringify(known))
    this.#journal.change(() => this.#table.put(sessionKey(clientId), record))
  }

  #remove(clientId: string, owner: Owner): void {
    if (!owner.onDisk) return
    owner.onDisk = false
    this.#journal.change(() => this.#table.remove(sessionKey(clientId)))
  }
}

function isSame(a: TopicLevels | undefined, b: TopicLevels | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && haveSameLevels(a, b))
}
