/**
 * People, and programs that ask for them: who they are, as long as they are it.
 *
 * A session or a token is looked up at each request, by its id in memory and its digest in constant time; its role and scope are
 * those of the user at that moment, as whatever changes them ends the sessions. Whoever keeps a connection open is told by
 * `onEnded`.
 */
import type { AuditTrail } from '../../core/audit.js'
import { causeOf, GatewayError } from '../../core/errors.js'
import type { AskingRequest, Identities, Identity } from '../../core/identity.js'
import { LOCAL_IDENTITY } from '../../core/identity.js'
import type { Logger } from '../../core/logger.js'
import type { StateStore } from '../../core/state.js'
import type { PasswordHasher } from '../secrets/passwords.js'
import { parseToken } from '../secrets/tokens.js'
import { API_TOKEN_PREFIX, type ApiToken, ApiTokens } from './api-tokens.js'
import { type By, recorded } from './asker.js'
import { SessionCookie } from './cookies.js'
import { Endings } from './endings.js'
import { LOCAL_KEY_PREFIX, LocalKey } from './local-key.js'
import { type NewSession, type Session, type SessionOptions, Sessions } from './sessions.js'
import { type Credentials, SignIn } from './sign-in.js'
import { type SignInLimitOptions, SignInLimits } from './sign-in-limits.js'
import { TokenAdministration } from './token-administration.js'
import type { User } from './user.js'
import { UserAdministration } from './user-administration.js'
import { Users, type Vouched } from './users.js'

const SWEEP_MS = 5_000

export interface PeopleOptions {
  readonly state: StateStore
  readonly dataDirectory: string
  readonly sessions: SessionOptions
  readonly signIn: SignInLimitOptions & { readonly minPasswordLength: number }
  /** Browsers come through TLS: to the gateway, or to a proxy before it. */
  readonly isSecure: boolean
  /** Of people alone, so that devices that come back all at once keep nobody from signing in. */
  readonly passwords: PasswordHasher
  readonly audit: AuditTrail
  readonly logger: Logger
  /** The wall clock, in milliseconds. */
  readonly now?: () => number
}

export class People implements Identities {
  readonly cookie: SessionCookie
  readonly users: UserAdministration
  readonly tokens: TokenAdministration
  readonly #users: Users
  readonly #tokens: ApiTokens
  readonly #sessions: Sessions
  readonly #signIn: SignIn
  readonly #localKey: LocalKey
  readonly #endings = new Endings()
  readonly #audit: AuditTrail
  readonly #logger: Logger
  readonly #now: () => number
  #sweep: NodeJS.Timeout | undefined

  constructor(options: PeopleOptions) {
    const { state, passwords, audit, logger, now = Date.now } = options
    this.#audit = audit
    this.#logger = logger
    this.#now = now
    this.cookie = new SessionCookie(options.isSecure)
    this.#localKey = new LocalKey(options.dataDirectory)
    this.#users = new Users(state, passwords, options.signIn)
    this.#tokens = new ApiTokens(state)
    this.#sessions = new Sessions(state, options.sessions, logger)
    const limits = new SignInLimits(options.signIn, now)
    this.#signIn = new SignIn({ users: this.#users, passwords, limits, audit })
    const changed = (user: User, isGone: boolean) => this.#rightsChanged(user, isGone)
    this.users = new UserAdministration({ users: this.#users, audit, now, changed })
    const ended = ({ id }: ApiToken) => this.#endings.end(id)
    this.tokens = new TokenAdministration({ tokens: this.#tokens, audit, now, ended })
  }

  /** Reads who there is. */
  start(): void {
    this.#users.load(this.#logger)
    this.#tokens.load(this.#logger)
    this.#sessions.load()
    this.#sweep = setInterval(() => this.#endWhatIsOver(), SWEEP_MS)
    this.#sweep.unref()
  }

  /** Writes the key for the command line on this machine. */
  async serve(url: string): Promise<void> {
    await this.#localKey.open(url)
  }

  async close(): Promise<void> {
    clearInterval(this.#sweep)
    await this.#localKey.close()
    await this.#writeUses(0)
  }

  /** True before anyone was added: then nobody can sign in with a password yet. */
  get isEmpty(): boolean {
    return this.#users.list().length === 0
  }

  identify({ headers, address }: AskingRequest): Identity | undefined {
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1]
    if (bearer?.startsWith(`${LOCAL_KEY_PREFIX}_`)) return this.#byLocalKey(bearer, address)
    if (bearer?.startsWith(`${API_TOKEN_PREFIX}_`)) return this.#byToken(bearer)
    const token = this.cookie.read(headers.cookie)
    // An empty one is what a browser keeps that was told to forget it, and did not yet.
    return token === undefined || token === '' ? undefined : this.#bySession(token)
  }

  onEnded(identity: Identity, listener: () => void): () => void {
    if (identity.id === '') return () => undefined
    const stop = this.#endings.on(identity.id, listener)
    if (!this.#isGood(identity)) queueMicrotask(() => this.#endings.end(identity.id))
    return stop
  }

  /** @throws {GatewayError} LG_SIGN_IN_FAILED, LG_SIGN_IN_BLOCKED, LG_PASSWORDS_BUSY */
  async signIn(credentials: Credentials, address: string): Promise<NewSession> {
    const user = await this.#signIn.byPassword(credentials, address)
    return this.#begin(user, address)
  }

  /**
   * For whom the OpenID provider vouches.
   * @throws {GatewayError} LG_SIGN_IN_FAILED for a user who is disabled here, LG_OIDC_NAME_TAKEN, LG_PEOPLE_NOT_SAVED
   */
  async signInVouched(vouched: Vouched, address: string): Promise<NewSession> {
    const { user, haveRightsChanged } = await this.#signIn.byProvider(vouched, address, this.#now())
    if (haveRightsChanged) await this.#rightsChanged(user, false)
    return this.#begin(user, address)
  }

  signOut(by: By): void {
    const { kind, id, name } = by.identity
    if (kind !== 'session') return
    this.#end(id)
    this.#audit.record({
      id: 'sign_out',
      result: 'success',
      actor: `user:${name}`,
      address: by.address,
      target: name,
    })
  }

  /**
   * Ends all sessions of the one who asks, and begins a new one.
   * @throws {GatewayError} LG_SIGN_IN_FAILED when the present password is not right, LG_SIGN_IN_BLOCKED, LG_USER_INVALID …
   */
  async changePassword(by: By, current: string, password: string): Promise<NewSession> {
    const { name } = by.identity
    const event = { id: 'user_changed', by, target: name, details: { password: 'new' } } as const
    return recorded(this.#audit, event, async () => {
      await this.#signIn.verify({ name, password: current }, by.address)
      const user = await this.#users.change(name, { password }, this.#now())
      await this.#rightsChanged(user, false)
      return this.#begin(user, by.address)
    })
  }

  /** Of the user who signed in; undefined for a token, for the local key, and where nobody signs in. */
  profileOf({ kind, name }: Identity): User | undefined {
    return kind === 'session' ? this.#users.get(name) : undefined
  }

  #begin(user: User, address: string): NewSession {
    const begun = this.#sessions.begin(user.name, address, this.#now())
    for (const { id } of this.#sessions.excess(user.name)) this.#end(id)
    this.#users.signedIn(user.name, address, this.#now()).catch((error: unknown) => {
      this.#logger.error({ cause: causeOf(error) }, 'When a user signed in cannot be written to the disk.')
    })
    return begun
  }

  #byLocalKey(key: string, address: string): Identity {
    if (this.#localKey.admits(key, address)) return LOCAL_IDENTITY
    throw new GatewayError('LG_SIGN_IN_REQUIRED', { cause: 'the local key is not that of this gateway' })
  }

  #byToken(text: string): Identity {
    const presented = parseToken(API_TOKEN_PREFIX, text)
    const token = presented === undefined ? undefined : this.#tokens.find(presented)
    if (token === undefined || !this.#isTokenGood(token)) {
      throw new GatewayError('LG_SIGN_IN_REQUIRED', { cause: 'the API token is not good, or not any more' })
    }
    this.#tokens.use(token, this.#now())
    const { id, name, role, scope } = token
    return { kind: 'token', name, role, scope, id }
  }

  #bySession(token: string): Identity {
    const session = this.#sessions.find(token, this.#now())
    const user = session === undefined ? undefined : this.#users.get(session.user)
    if (session === undefined || user === undefined || user.isDisabled) {
      throw new GatewayError('LG_SIGN_IN_REQUIRED', { cause: 'the session has ended' })
    }
    this.#sessions.use(session, this.#now())
    return { kind: 'session', name: user.name, role: user.role, scope: user.scope, id: session.id }
  }

  #isGood({ kind, id }: Identity): boolean {
    if (kind === 'session') return this.#sessions.get(id) !== undefined
    const token = this.#tokens.byId(id)
    return token !== undefined && this.#isTokenGood(token)
  }

  #isTokenGood({ expiresAtMs, owner }: ApiToken): boolean {
    if (this.#now() >= expiresAtMs) return false
    if (owner === null) return true
    const user = this.#users.get(owner)
    return user !== undefined && !user.isDisabled
  }

  async #rightsChanged(user: User, isGone: boolean): Promise<void> {
    for (const { id } of this.#sessions.ofUser(user.name)) this.#end(id)
    const own = this.#tokens.ofOwner(user.name)
    if (user.isDisabled) for (const { id } of own) this.#endings.end(id)
    const lost = isGone ? own : this.#tokens.beyond(user.name, user.role, user.scope)
    await this.#tokens.remove(lost)
    for (const { id, name } of lost) {
      this.#endings.end(id)
      this.#audit.record({
        id: 'api_token_revoked',
        result: 'success',
        actor: 'gateway',
        address: '',
        target: name,
        details: { cause: isGone ? 'its owner was removed' : 'its owner may less now', owner: user.name },
      })
    }
  }

  #end(id: string): void {
    this.#sessions.remove(id)
    this.#endings.end(id)
  }

  #endWhatIsOver(): void {
    const now = this.#now()
    for (const session of this.#sessions.all()) {
      if (this.#endings.isWatched(session.id)) this.#sessions.use(session, now)
      if (this.#sessions.isOver(session, now)) this.#expire(session)
    }
    for (const token of this.#tokens.list()) if (!this.#isTokenGood(token)) this.#endings.end(token.id)
    void this.#writeUses()
  }

  #expire({ id, user, address }: Session): void {
    this.#end(id)
    this.#audit.record({
      id: 'session_expired',
      result: 'success',
      actor: `user:${user}`,
      address,
      target: user,
    })
  }

  async #writeUses(lagMs?: number): Promise<void> {
    try {
      await this.#tokens.writeUses(lagMs)
    } catch (error) {
      this.#logger.warn({ cause: causeOf(error) }, 'When API tokens were used cannot be written to the disk.')
    }
  }
}
