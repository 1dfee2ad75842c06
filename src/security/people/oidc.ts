/**
 * Signing in through an OpenID provider: authorization code with PKCE (RFC 7636), state and nonce; the identity token is
 * verified by `openid-client`. The provider is asked when someone signs in: the gateway starts, and passwords work, without it.
 */
import * as openid from 'openid-client'
import { causeOf, GatewayError } from '../../core/errors.js'
import type { Logger } from '../../core/logger.js'
import { isLoopback } from '../../core/loopback.js'
import { plainName } from './naming.js'
import { type ClaimRules, type Claims, claimAt, rightsOf, textOf } from './oidc-claims.js'
import { FlowCookie } from './oidc-flow.js'
import type { Vouched } from './users.js'

export const OIDC_CALLBACK_PATH = '/api/v1/oidc/callback'
const TIMEOUT_S = 10
/** Providers change their keys and addresses now and then. */
const DISCOVER_AFTER_MS = 3_600_000
const MAX_NAME_LENGTH = 64

export interface OidcOptions extends ClaimRules {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** What the button says. */
  readonly name: string
  /** Where people reach the gateway, such as `https://gateway.example`. */
  readonly publicUrl: string
  readonly isSecure: boolean
  readonly logger: Logger
  readonly now?: () => number
}

export class OidcSignIn {
  readonly #options: OidcOptions
  readonly #flow: FlowCookie
  readonly #now: () => number
  #found: { readonly config: openid.Configuration; readonly atMs: number } | undefined

  constructor(options: OidcOptions) {
    const { isSecure, now = Date.now } = options
    this.#options = options
    this.#now = now
    this.#flow = new FlowCookie(isSecure, now)
  }

  get name(): string {
    return this.#options.name
  }

  /**
   * Where to send the browser, and the cookie it is to come back with.
   * @throws {GatewayError} LG_OIDC_UNAVAILABLE
   */
  async begin(): Promise<{ readonly url: string; readonly cookie: string }> {
    const config = await this.#discovered()
    const flow = {
      state: openid.randomState(),
      nonce: openid.randomNonce(),
      verifier: openid.randomPKCECodeVerifier(),
    }
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: this.#redirectUri,
      scope: 'openid profile email',
      state: flow.state,
      nonce: flow.nonce,
      code_challenge: await openid.calculatePKCECodeChallenge(flow.verifier),
      code_challenge_method: 'S256',
    })
    return { url: url.href, cookie: this.#flow.set(flow) }
  }

  /** Makes the browser forget. */
  clear(): string {
    return this.#flow.clear()
  }

  /**
   * @param query of the address that the provider sent the browser back to, without `?`
   * @throws {GatewayError} LG_OIDC_UNAVAILABLE, LG_OIDC_REFUSED, LG_OIDC_NO_ROLE
   */
  async finish(query: string, cookies: string | undefined): Promise<Vouched> {
    const flow = this.#flow.read(cookies)
    if (flow === undefined) throw refused('it was not begun in this browser within the last ten minutes')
    const config = await this.#discovered()
    const back = new URL(`${this.#redirectUri}?${query}`)
    const claims = await this.#redeemed(config, () =>
      openid.authorizationCodeGrant(config, back, {
        pkceCodeVerifier: flow.verifier,
        expectedState: flow.state,
        expectedNonce: flow.nonce,
        idTokenExpected: true,
      }),
    )
    return this.#vouched(claims)
  }

  get #redirectUri(): string {
    return new URL(OIDC_CALLBACK_PATH, this.#options.publicUrl).href
  }

  async #discovered(): Promise<openid.Configuration> {
    if (this.#found !== undefined && this.#now() - this.#found.atMs < DISCOVER_AFTER_MS) {
      return this.#found.config
    }
    const { issuer, clientId, clientSecret } = this.#options
    const url = new URL(issuer)
    // Only a provider on this machine, whose answers pass no network, may do without TLS; the configuration is checked for that.
    const execute = isLoopback(url.hostname) ? [openid.allowInsecureRequests] : []
    try {
      const config = await openid.discovery(url, clientId, clientSecret, undefined, {
        execute,
        timeout: TIMEOUT_S,
      })
      this.#found = { config, atMs: this.#now() }
      return config
    } catch (error) {
      throw this.#unavailable(error)
    }
  }

  /** The claims of the identity token, and those of the user info where the one that makes roles is not among them. */
  async #redeemed(
    config: openid.Configuration,
    redeem: () => ReturnType<typeof openid.authorizationCodeGrant>,
  ): Promise<Claims & { readonly sub: string }> {
    try {
      const tokens = await redeem()
      const claims = tokens.claims()
      if (claims === undefined) throw refused('the provider sent no identity token')
      const { userinfo_endpoint: userInfo } = config.serverMetadata()
      if (claimAt(claims, this.#options.claim) !== undefined || userInfo === undefined) return claims
      return { ...(await openid.fetchUserInfo(config, tokens.access_token, claims.sub)), ...claims }
    } catch (error) {
      if (error instanceof GatewayError) throw error
      if (isRefusal(error)) {
        this.#options.logger.warn({ cause: causeOf(error) }, 'A sign-in through OpenID was refused.')
        throw refused(reasonOf(error), error)
      }
      throw this.#unavailable(error)
    }
  }

  #vouched(claims: Claims & { readonly sub: string }): Vouched {
    const { issuer } = this.#options
    const name = nameOf(claims)
    const rights = rightsOf(claims, this.#options)
    if (rights === undefined) throw new GatewayError('LG_OIDC_NO_ROLE', { name })
    const { role, scope } = rights
    const displayName = (textOf(claims, 'name') ?? '').slice(0, MAX_NAME_LENGTH)
    return { account: { issuer, subject: claims.sub }, name, displayName, role, scope }
  }

  #unavailable(error: unknown): GatewayError {
    const { issuer, logger } = this.#options
    logger.error({ issuer, cause: causeWithin(error) }, 'The OpenID provider cannot be asked.')
    return new GatewayError('LG_OIDC_UNAVAILABLE', { issuer }, { cause: error })
  }
}

/** What the provider calls them, as far as it is a name here. */
function nameOf(claims: Claims & { readonly sub: string }): string {
  const said = textOf(claims, 'preferred_username', 'email') ?? claims.sub
  const name = plainName(said).replace(/[^\p{L}\p{N}._@-]/gu, '-')
  return name.replace(/^[^\p{L}\p{N}]+/u, '').slice(0, MAX_NAME_LENGTH) || 'someone'
}

function refused(cause: string, error?: unknown): GatewayError {
  return new GatewayError('LG_OIDC_REFUSED', { cause }, error === undefined ? undefined : { cause: error })
}

/** The provider answered, and no; or its answer is not what it must be. Anything else is that it did not answer. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof openid.AuthorizationResponseError ||
    error instanceof openid.ResponseBodyError ||
    (error instanceof openid.ClientError && error.code !== 'OAUTH_TIMEOUT' && !isNetwork(error))
  )
}

function isNetwork({ cause }: Error): boolean {
  return cause instanceof TypeError && cause.message === 'fetch failed'
}

function reasonOf(error: unknown): string {
  if (error instanceof openid.AuthorizationResponseError && error.error === 'access_denied') {
    return 'the provider says that it was cancelled'
  }
  return 'the answer of the provider does not fit what was asked'
}

function causeWithin(error: unknown): string {
  const { cause } = error as { cause?: unknown }
  return cause === undefined ? causeOf(error) : `${causeOf(error)}: ${causeOf(cause)}`
}
