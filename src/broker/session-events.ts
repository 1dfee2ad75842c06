/**
 * Tells of sessions that begin and end, by client id: `closed` exactly once for each `opened`, in this order.
 *
 * What Aedes 1.2.0 says is not enough: it says nothing of the old connection's end when the new one of a take-over was
 * registered first; and of two connections that take over the same third at once, it can register both (lib/client.js,
 * `close`; aedes.js, `registerClient`). Here a session belongs to the connection registered last, and the end of any other
 * is nobody's.
 */
import type { ClientRefusal } from '../core/client-access.js'
import type { SessionEnd } from '../core/session.js'
import type { AedesBroker, AedesClient } from './aedes-internals.js'
import { whoIs } from './permissions.js'

export interface SessionListener {
  /** The client was let in; before its first message is accepted. */
  opened(clientId: string, who: Pick<ClientRefusal, 'principal' | 'address'>): void
  /** After 'taken-over', `opened` follows at once. */
  closed(clientId: string, cause: SessionEnd): void
}

export class SessionEvents {
  readonly #listener: SessionListener
  readonly #current = new Map<string, AedesClient>()
  #stopped = false

  constructor(listener: SessionListener) {
    this.#listener = listener
  }

  /** To be called before connections are taken. */
  watch(aedes: AedesBroker): void {
    aedes.on('client', (client) => this.#registered(client as AedesClient))
  }

  /** From now on nothing is told: sessions that end because the broker stops are not over for their clients. */
  stop(): void {
    this.#stopped = true
    this.#current.clear()
  }

  /** Aedes emits this when the CONNECT is accepted, right before the CONNACK; also for a connection that closed meanwhile. */
  #registered(client: AedesClient): void {
    if (this.#stopped) return
    const { id, conn } = client
    const isThere = !client.closed && !conn.destroyed
    const before = this.#current.get(id)
    this.#current.delete(id)
    if (before !== undefined) this.#listener.closed(id, isThere ? causeBeforeNext(before) : causeOf(before))
    if (!isThere) return
    this.#current.set(id, client)
    conn.once('close', () => this.#closed(client))
    this.#listener.opened(id, whoIs(client))
  }

  #closed(client: AedesClient): void {
    if (this.#current.get(client.id) !== client) return
    this.#current.delete(client.id)
    this.#listener.closed(client.id, causeOf(client))
  }
}

function causeOf(client: AedesClient): SessionEnd {
  return client._disconnected ? 'disconnected' : 'lost'
}

/** Another connection of the client was registered before this one was gone. */
function causeBeforeNext(client: AedesClient): SessionEnd {
  return client._disconnected ? 'disconnected' : 'taken-over'
}
