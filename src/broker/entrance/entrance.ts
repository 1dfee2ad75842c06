/**
 * Everything that stands between the network and Aedes: listeners with TLS and WebSocket, the limits of addresses, who is
 * let in as whom, and who is shown out again.
 */
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connection } from 'aedes'
import type {
  Admission,
  AuthenticationMethod,
  ClientAccess,
  ClientRefusal,
} from '../../core/client-access.js'
import { UNRESTRICTED } from '../../core/client-access.js'
import { causeOf } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore } from '../../core/state.js'
import { pathOf } from '../../devices/device-path.js'
import type { AedesClient } from '../aedes-internals.js'
import type { ClientFaults } from '../client-faults.js'
import type { BrokerLimits, LimitWatch } from '../limits.js'
import { Listener, type ListenerAddress, type ListenerOptions } from '../listener.js'
import type { Persistence } from '../persistence.js'
import { answer, WebSocketEntrance } from '../web-socket.js'
import { type Arrival, Arrivals } from './arrivals.js'
import { Doorkeeper, NOBODY } from './doorkeeper.js'
import { type LeftWill, SessionOwners } from './session-owners.js'

/** MQTT over WebSocket on another HTTP server. */
export interface OverHttpOptions {
  /** Not `certificate`: that server asks nobody for one. */
  readonly authentication: readonly AuthenticationMethod[]
  /** Whose pages may connect, beside those under the same address. */
  readonly allowedOrigins: readonly string[]
}

export interface EntranceParts {
  readonly listeners: readonly ListenerOptions[]
  /** Nobody has to say who they are when absent. */
  readonly overHttp: OverHttpOptions | undefined
  readonly admission: Admission | undefined
  readonly limits: BrokerLimits
  readonly maxPacketBytes: number
  readonly watch: LimitWatch
  readonly faults: ClientFaults
  readonly persistence: Persistence
  readonly state: StateStore
  readonly logger: Logger
  readonly onRefused: (refusal: ClientRefusal) => void
  /** Makes a client of a connection, which reads nothing before this returns; undefined if none is taken any more. */
  readonly newClient: (connection: Connection, request?: IncomingMessage) => AedesClient | undefined
}

const OPEN_OVER_HTTP: OverHttpOptions = { authentication: ['none'], allowedOrigins: [] }

export class Entrance {
  readonly #parts: EntranceParts
  readonly #overHttp: OverHttpOptions
  readonly #owners: SessionOwners
  readonly #doorkeeper: Doorkeeper
  readonly #arrivals: Arrivals
  readonly #webSockets: WebSocketEntrance
  readonly #listeners: readonly Listener[]
  readonly #clients = new Set<AedesClient>()

  constructor(parts: EntranceParts) {
    const { persistence, state, logger, onRefused, limits, watch, listeners, maxPacketBytes } = parts
    this.#parts = parts
    this.#overHttp = parts.overHttp ?? OPEN_OVER_HTTP
    const hasWill = async (id: string) => (await persistence.getWill({ id })) !== undefined
    this.#owners = new SessionOwners({ state, logger, hasWill, anonymousMayEnter: this.#isOpen() })
    this.#doorkeeper = new Doorkeeper({ ...parts, owners: this.#owners })
    this.#arrivals = new Arrivals(limits, watch)
    const onConnection = this.#connected
    this.#webSockets = new WebSocketEntrance({ maxPacketBytes, onConnection, onRefused })
    const shared = { arrivals: this.#arrivals, webSockets: this.#webSockets, onConnection, onRefused, logger }
    this.#listeners = listeners.map((options) => new Listener(options, shared))
  }

  /** Reads whose sessions there are; after the sessions themselves. */
  async load(): Promise<void> {
    await this.#owners.load()
    this.#parts.admission?.onRevoked((principal) => this.#showOut(principal))
  }

  /** @throws {GatewayError} LG_LISTEN_FAILED, LG_TLS_UNUSABLE; those that were opened before it stay open */
  async listen(): Promise<void> {
    for (const listener of this.#listeners) await listener.start()
  }

  /** Takes no more connections, and closes those that wait to be let in. Resolves when the others have ended. */
  async stop(): Promise<void> {
    const stopped = this.#listeners.map((listener) => listener.stop())
    this.#arrivals.cut()
    await Promise.all(stopped)
  }

  /** Resolves when what is known of sessions is on disk; what comes later is not kept. After `stop`. */
  async close(): Promise<void> {
    await this.#owners.flushed()
    this.#owners.stop()
  }

  addresses(): ListenerAddress[] {
    return this.#listeners.map((listener) => listener.address)
  }

  /** Aedes's hook. */
  get authenticate(): Doorkeeper['authenticate'] {
    return this.#doorkeeper.authenticate
  }

  /** Takes a WebSocket upgrade that came in on another HTTP server, which has checked the host that it is for. */
  handleWebSocket(socket: Duplex, request: IncomingMessage, head: Buffer, address: string): void {
    const { authentication, allowedOrigins } = this.#overHttp
    const arrival = this.#arrivals.take(socket, address, authentication)
    if (arrival === undefined) answer(socket, '503 Service Unavailable')
    else this.#webSockets.handle(socket, request, head, { arrival, allowedOrigins, boundTo: undefined })
  }

  /**
   * What a client may do that is connected or whose will is under way. Of a will from an earlier run, what its principal
   * may do now; if nobody can say that, it speaks for the device alone that its client was.
   */
  accessOf(clientId: string): ClientAccess | undefined {
    const access = this.#owners.accessOf(clientId)
    if (access !== undefined) return access
    const left = this.#owners.ownerOfWill(clientId)
    if (left === undefined) return undefined
    if (left.principal === UNRESTRICTED.principal && this.#isOpen()) return UNRESTRICTED
    return this.#parts.admission?.accessOf?.(left.principal, clientId) ?? accessOfLeft(left)
  }

  /** The will of a client was published or dropped. */
  willGone(clientId: string): void {
    this.#owners.willGone(clientId)
  }

  /** Closes the connections of a principal, without a will, and drops its sessions. Returns how many connections it had. */
  revoke(principal: string): number {
    const ids = this.#owners.idsOf(principal)
    const count = this.#disconnect(principal, (clientId) => this.#endSession(clientId))
    for (const clientId of ids) if (!this.#owners.isConnected(clientId)) this.#endSession(clientId)
    return count
  }

  /** Closes the connections of principals that have other rights now, without a will; their sessions wait for them. */
  readmit(isChanged: (principal: string) => boolean): number {
    const theirs = [...this.#clients].filter(
      ({ access }) => access !== UNRESTRICTED && access !== NOBODY && isChanged(access.principal),
    )
    for (const client of theirs) this.#cut(client, (clientId) => this.#dropWill(clientId))
    return theirs.length
  }

  /**
   * Reads the certificates of all listeners again, for the connections from now on, and closes those whose certificate a
   * revocation list now names. Returns how many these are.
   * @throws {GatewayError} LG_TLS_UNUSABLE; all stay as they were then
   */
  reloadCertificates(): number {
    const uses = this.#listeners.map((listener) => listener.prepareCertificates())
    for (const use of uses) use()
    const revoked = [...this.#clients].filter((client) => this.#isRevoked(client))
    for (const client of revoked) {
      const { id, address, access } = client
      const { principal } = access
      const cause = 'its certificate is revoked'
      this.#parts.onRefused({
        kind: 'connect',
        clientId: id ?? '',
        principal,
        address,
        target: id ?? '',
        cause,
      })
      this.#cut(client, (clientId) => this.#dropWill(clientId))
    }
    return revoked.length
  }

  readonly #connected = (connection: Connection, arrival: Arrival, request?: IncomingMessage): void => {
    const client = this.#parts.newClient(connection, request)
    if (client === undefined) return
    this.#doorkeeper.expect(client, arrival)
    this.#clients.add(client)
    connection.once('close', () => this.#clients.delete(client))
  }

  /** One that may still come in again, as with a new secret or profile, keeps its sessions. */
  #showOut(principal: string): void {
    if (this.#parts.admission?.accessOf?.(principal, '') === undefined) this.revoke(principal)
    else this.#disconnect(principal, (clientId) => this.#dropWill(clientId))
  }

  #disconnect(principal: string, end: (clientId: string) => void): number {
    this.#doorkeeper.revoked(principal)
    const theirs = [...this.#clients].filter(({ access }) => access.principal === principal)
    for (const client of theirs) this.#cut(client, end)
    return theirs.length
  }

  #isOpen(): boolean {
    const isOpen = (methods: readonly AuthenticationMethod[] = ['none']) => methods.includes('none')
    return (
      isOpen(this.#overHttp.authentication) ||
      this.#parts.listeners.some(({ authentication }) => isOpen(authentication))
    )
  }

  #isRevoked(client: AedesClient): boolean {
    const certificate = this.#doorkeeper.certificateOf(client)
    return certificate !== undefined && this.#listeners.some((listener) => listener.isRevoked(certificate))
  }

  /** At once, whatever it has sent. What is left of it ends when its connection has, as Aedes may be storing its will. */
  #cut(client: AedesClient, end: (clientId: string) => void): void {
    const { id, conn } = client
    client._will = null
    client.will = null
    if (id !== null) conn.once('close', () => setImmediate(() => end(id)))
    client.close()
    conn.destroy()
  }

  #endSession(clientId: string): void {
    if (this.#owners.isConnected(clientId)) return
    this.#owners.forget(clientId)
    this.#drop(clientId, this.#parts.persistence.endSession({ id: clientId }))
  }

  #dropWill(clientId: string): void {
    if (!this.#owners.isConnected(clientId))
      this.#drop(clientId, this.#parts.persistence.delWill({ id: clientId }))
  }

  #drop(clientId: string, dropped: Promise<unknown>): void {
    dropped.catch((error: unknown) => {
      this.#parts.logger.error({ clientId, cause: causeOf(error) }, 'A session could not be dropped.')
    })
  }
}

/** That it may be published was decided at its CONNECT. */
function accessOfLeft({ principal, place }: LeftWill): ClientAccess {
  const path = place && pathOf(place)
  return {
    principal,
    place,
    mayPublish: () => true,
    maySubscribe: () => false,
    maySpeakFor: (other) => other === path,
  }
}
