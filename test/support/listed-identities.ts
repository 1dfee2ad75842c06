import { GatewayError } from '../../src/core/errors.js'
import type { AskingRequest, Identities, Identity, Role } from '../../src/core/identity.js'

const PREFIX = 'Bearer lgp_'

/** People and programs by a list; each signs in with a token that is `lgp_` and their name. */
export class ListedIdentities implements Identities {
  readonly #identities = new Map<string, Identity>()
  readonly #listeners = new Map<string, Set<() => void>>()

  add(name: string, role: Role, scope: string): Identity {
    const identity: Identity = { kind: 'token', name, role, scope, id: name }
    this.#identities.set(name, identity)
    return identity
  }

  /** What is sent with a request, to be of this one. */
  static headersOf(name: string): Record<string, string> {
    return { authorization: PREFIX + name }
  }

  identify({ headers: { authorization } }: AskingRequest): Identity | undefined {
    if (authorization === undefined) return undefined
    const identity = this.#identities.get(authorization.slice(PREFIX.length))
    if (authorization.startsWith(PREFIX) && identity !== undefined) return identity
    throw new GatewayError('LG_SIGN_IN_REQUIRED', { cause: 'the token is not known' })
  }

  onEnded({ id }: Identity, listener: () => void): () => void {
    const listeners = this.#listeners.get(id) ?? new Set()
    this.#listeners.set(id, listeners.add(listener))
    return () => listeners.delete(listener)
  }

  /** How many wait for its end. */
  listenersOf(name: string): number {
    return this.#listeners.get(name)?.size ?? 0
  }

  end(name: string): void {
    this.#identities.delete(name)
    for (const listener of this.#listeners.get(name) ?? []) listener()
    this.#listeners.delete(name)
  }
}
