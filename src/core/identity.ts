/** What a person, or a program that acts for one, may do at most; each role may what those before it may. */
export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const

/**
 *     viewer     sees: counts, devices, values, history, dead letters
 *     operator   runs: confirms devices, replays dead letters, enters production targets
 *     engineer   shapes: devices, mappings (try), purges, reload
 *     admin      decides: users, tokens, credentials of devices, audit trail
 */
export type Role = (typeof ROLES)[number]

/** Who asks over HTTP or a live connection. */
export interface Identity {
  /**
   * session: signed in with a cookie. token: sent with each request. local: nobody has to sign in here.
   * nobody: did not sign in, and asks for what needs none.
   */
  readonly kind: 'session' | 'token' | 'local' | 'nobody'
  /** Of the user or of the token; unique among its kind. */
  readonly name: string
  readonly role: Role
  /** A path of the tree: nothing outside of it is seen or changed. '' is the whole plant. */
  readonly scope: string
  /** Of the session or token; what `Identities.onEnded` tells of. '' for local. */
  readonly id: string
}

/** Where signing in is off. */
export const LOCAL_IDENTITY: Identity = { kind: 'local', name: 'local', role: 'admin', scope: '', id: '' }

/** Who did not sign in. It may nothing; its scope is no path of any tree. */
export const NOBODY: Identity = { kind: 'nobody', name: 'anonymous', role: 'viewer', scope: '\0', id: '' }

/** As the audit trail names it: `user:anna`, `token:prometheus`, `local`, `anonymous`. */
export function actorOf({ kind, name }: Identity): string {
  if (kind === 'session') return `user:${name}`
  if (kind === 'token') return `token:${name}`
  return kind === 'local' ? 'local' : 'anonymous'
}

export function mayAs(identity: Identity, role: Role): boolean {
  return identity.kind !== 'nobody' && ROLES.indexOf(identity.role) >= ROLES.indexOf(role)
}

/** Whether a path of the tree is at or below another; everything is below ''. */
export function isWithin(path: string, scope: string): boolean {
  return scope === '' || path === scope || path.startsWith(`${scope}/`)
}

/** What of a request says who asks. */
export interface AskingRequest {
  readonly headers: { readonly authorization?: string | undefined; readonly cookie?: string | undefined }
  /** IP address of the client: behind a trusted proxy, what that one says. */
  readonly address: string
}

export interface Identities {
  /**
   * Undefined for a request that says nothing of who asks.
   * @throws {GatewayError} LG_SIGN_IN_REQUIRED for a session or token that is not good (any more)
   */
  identify(request: AskingRequest): Identity | undefined
  /** Calls back once when the identity ends (sign-out, expiry, revocation, another role); stops at what it returns. */
  onEnded(identity: Identity, listener: () => void): () => void
}
