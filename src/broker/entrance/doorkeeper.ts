/**
 * Who is let in: asked by Aedes for each CONNECT that is well-formed, before anything else of the client is handled.
 *
 *     CONNECT ──▶ admission (or anyone, where the entrance accepts 'none') ──▶ will permitted? ──▶ client id free? ──▶ in
 *                    └─ 4, 5, busy: 3                                            └─ 5               └─ 2
 */
import type { Client, PublishPacket } from 'aedes'
import {
  type Admission,
  type ClientAccess,
  type ClientRefusal,
  type ConnectVerdict,
  UNRESTRICTED,
} from '../../core/client-access.js'
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { AedesClient } from '../aedes-internals.js'
import type { ClientFaults } from '../client-faults.js'
import { type Refusal, refuse } from '../refusal.js'
import type { Arrival } from './arrivals.js'
import type { SessionOwners } from './session-owners.js'

export interface DoorkeeperParts {
  readonly admission: Admission | undefined
  readonly owners: SessionOwners
  readonly faults: Pick<ClientFaults, 'refused'>
  readonly onRefused: (refusal: ClientRefusal) => void
  readonly logger: Logger
}

/** Aedes's, as far as it is called for clients that are let in. */
type LetIn = (error: null, success: true) => void

const RETURN_CODES = { busy: 3, badCredentials: 4, notAuthorized: 5 } as const

/** Before it is known who a client is. */
export const NOBODY: ClientAccess = {
  principal: '',
  place: undefined,
  mayPublish: () => false,
  maySubscribe: () => false,
  maySpeakFor: () => false,
}

export class Doorkeeper {
  readonly #parts: DoorkeeperParts
  readonly #arrivals = new WeakMap<object, Arrival>()
  /** Each with what was revoked while the admission was asked. */
  readonly #asking = new Set<Set<string>>()

  constructor(parts: DoorkeeperParts) {
    this.#parts = parts
  }

  /** To be called before a byte of the client is read. */
  expect(client: AedesClient, arrival: Arrival): void {
    client.address = arrival.address
    client.access = NOBODY
    this.#arrivals.set(client, arrival)
  }

  /** Whoever is just being asked about is not let in as this principal. */
  revoked(principal: string): void {
    for (const revoked of this.#asking) revoked.add(principal)
  }

  certificateOf(client: AedesClient): Arrival['certificate'] {
    return this.#arrivals.get(client)?.certificate
  }

  /** Aedes's hook. */
  readonly authenticate = (
    client: Client,
    username: string | undefined,
    password: Buffer | undefined,
    letIn: LetIn,
  ): void => {
    const arrival = this.#arrivals.get(client)
    if (arrival === undefined) throw new Error('A client came in through no entrance.')
    if (arrival.methods.includes('none')) this.#receive(client as AedesClient, arrival, UNRESTRICTED, letIn)
    else void this.#ask(client as AedesClient, arrival, { username, password }, letIn)
  }

  async #ask(
    client: AedesClient,
    arrival: Arrival,
    said: { readonly username: string | undefined; readonly password: Buffer | undefined },
    letIn: LetIn,
  ): Promise<void> {
    const revoked = new Set<string>()
    this.#asking.add(revoked)
    const verdict = await this.#verdictOn(client.id, arrival, said)
    this.#asking.delete(revoked)
    if (verdict.kind !== 'admitted') this.#turnAway(client, arrival, verdict.kind, verdict.cause)
    else if (revoked.has(verdict.access.principal))
      this.#turnAway(client, arrival, 'notAuthorized', 'its credential was revoked just now')
    else this.#receive(client, arrival, verdict.access, letIn)
  }

  async #verdictOn(
    clientId: string,
    { address, methods, certificate }: Arrival,
    said: { readonly username: string | undefined; readonly password: Buffer | undefined },
  ): Promise<ConnectVerdict> {
    const { admission, logger } = this.#parts
    if (admission === undefined) return { kind: 'notAuthorized', cause: 'nothing here knows any credentials' }
    try {
      return await admission.admit({ clientId, ...said, certificate: certificate?.facts, address, methods })
    } catch (error) {
      logger.error({ clientId, cause: causeOf(error) }, 'The credentials of a client could not be checked.')
      return { kind: 'busy', cause: 'its credentials could not be checked' }
    }
  }

  #receive(client: AedesClient, arrival: Arrival, access: ClientAccess, letIn: LetIn): void {
    // It may be gone since.
    if (client.closed || client.conn.destroyed) return
    const { owners } = this.#parts
    const will = client._will as PublishPacket | null | undefined
    if (will && !access.mayPublish(will.topic)) return this.#refuseWill(client, arrival, access, will.topic)
    const owner = owners.rivalOf(client.id, access.principal)
    if (owner !== undefined) return this.#refuseTakeover(client, arrival, access, owner)
    client.access = access
    owners.claim({ clientId: client.id, access, persistent: !client.clean, hasWill: Boolean(will) })
    client.conn.once('close', () => void owners.release(client.id))
    arrival.settle()
    letIn(null, true)
  }

  #turnAway(
    client: AedesClient,
    arrival: Arrival,
    kind: Exclude<ConnectVerdict['kind'], 'admitted'>,
    why: string,
  ): void {
    const { certificateFault } = arrival
    const cause = certificateFault === undefined ? why : `${why}; its certificate: ${certificateFault}`
    const details = { clientId: client.id, address: arrival.address, cause }
    const error = new GatewayError('LG_MQTT_CONNECT_REFUSED', details)
    this.#refuse(client, arrival, { returnCode: RETURN_CODES[kind], error })
    this.#tell('connect', client, NOBODY, client.id, cause)
  }

  #refuseWill(client: AedesClient, arrival: Arrival, access: ClientAccess, topic: string): void {
    const cause = `${access.principal} may not publish to its topic ${topic}`
    const error = new GatewayError('LG_MQTT_WILL_REFUSED', { clientId: client.id, cause })
    this.#refuse(client, arrival, { returnCode: 5, error })
    this.#tell('will', client, access, topic, 'not permitted')
  }

  #refuseTakeover(client: AedesClient, arrival: Arrival, access: ClientAccess, owner: string): void {
    const { principal } = access
    const details = { clientId: client.id, owner, principal, address: arrival.address }
    this.#refuse(client, arrival, {
      returnCode: 2,
      error: new GatewayError('LG_MQTT_TAKEOVER_REFUSED', details),
    })
    this.#tell('takeover', client, access, client.id, `the session belongs to ${owner}`)
  }

  #refuse(client: AedesClient, arrival: Arrival, refusal: Refusal): void {
    arrival.settle()
    this.#parts.faults.refused(refusal.error)
    if (!client.closed) refuse(client, refusal)
  }

  #tell(
    kind: ClientRefusal['kind'],
    client: AedesClient,
    { principal }: ClientAccess,
    target: string,
    cause: string,
  ): void {
    this.#parts.onRefused({ kind, clientId: client.id, principal, address: client.address, target, cause })
  }
}
