import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider from 'oidc-provider'

export const CLIENT = { clientId: 'linegate', clientSecret: 'a secret of this test alone, long enough' }

/** Groups of the people at the provider, by the name that they sign in with; any password does. */
export type Groups = Readonly<Record<string, readonly string[]>>

/** A real OpenID provider on this machine, under a name of another site than the gateway's address. */
export class OpenIdProvider {
  groups: Groups
  #server: Server | undefined
  #port = 0

  constructor(groups: Groups) {
    this.groups = groups
  }

  get issuer(): string {
    return `http://localhost:${this.#port}`
  }

  async start(): Promise<void> {
    this.#server = createServer()
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    this.#port = (this.#server.address() as AddressInfo).port
  }

  /** Answers again, at the same address, after `stop`. */
  async resume(): Promise<void> {
    this.#server!.listen(this.#port, '127.0.0.1')
    await once(this.#server!, 'listening')
  }

  /** @param publicUrl of the gateway */
  serve(publicUrl: string): void {
    const provider: Provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT.clientId,
          client_secret: CLIENT.clientSecret,
          redirect_uris: [`${publicUrl}/api/v1/oidc/callback`],
        },
      ],
      cookies: { keys: ['of this test alone'] },
      claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'groups'], email: ['email'] },
      findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => this.#claims(id) }),
      loadExistingGrant: (context: { oidc: { client: object; session: { accountId: string } } }) =>
        granted(provider, context.oidc),
    })
    this.#server!.on('request', provider.callback())
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections()
    await new Promise<void>((resolve) => this.#server?.close(() => resolve()))
  }

  #claims(id: string) {
    return {
      sub: `subject-${id}`,
      name: `${id} at the provider`,
      preferred_username: id,
      groups: this.groups[id] ?? [],
    }
  }
}

/** Everyone agrees that the gateway may know who they are. */
async function granted(
  provider: Provider,
  { client, session }: { client: object; session: { accountId: string } },
) {
  const { clientId } = client as { clientId: string }
  const grant = new provider.Grant({ clientId, accountId: session.accountId })
  grant.addOIDCScope('openid profile email')
  await grant.save()
  return grant
}

/** A browser's cookies, by host and name. */
export class CookieJar {
  readonly #cookies = new Map<string, Map<string, string>>()

  /** One request, with the cookies of that host; redirects are for the caller to follow. */
  async fetch(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(address)
    const own = this.#cookies.get(host) ?? new Map<string, string>()
    this.#cookies.set(host, own)
    const cookie = Array.from(own, ([name, value]) => `${name}=${value}`).join('; ')
    const response = await fetch(address, {
      ...init,
      redirect: 'manual',
      headers: { accept: 'text/html', ...init.headers, cookie },
    })
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      if (value === '') own.delete(name)
      else own.set(name, value)
    }
    return response
  }
}

/** Signs in at the provider, as a browser does, and stops before going back to the gateway: where that would lead. */
export async function throughProvider(jar: CookieJar, begun: Response, login: string): Promise<URL> {
  let at = new URL(begun.headers.get('location')!)
  const { host } = at
  let response = await jar.fetch(at)
  while (at.host === host) {
    const to = response.headers.get('location')
    if (to !== null) at = new URL(to, at)
    if (at.host !== host) return at
    if (to !== null) response = await jar.fetch(at)
    else {
      const body = new URLSearchParams({ prompt: 'login', login, password: 'any' })
      response = await jar.fetch(at, { method: 'POST', body })
    }
  }
  return at
}
