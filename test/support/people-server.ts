import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '../../src/core/logger.js'
import type { HttpInputs } from '../../src/http/inputs.js'
import { LiveHub } from '../../src/live/hub.js'
import { HttpGateway } from './http-gateway.js'
import { STATIC } from './page-server.js'
import { PeopleRig } from './people.js'
import { ViewsInMemory } from './views.js'

const SCRIPTS = fileURLToPath(new URL('../../web/', import.meta.url))

/** API, page and live streams where people have to sign in. */
export class PeopleServer {
  readonly rig = new PeopleRig()
  readonly #web = mkdtempSync(join(tmpdir(), 'linegate-web-'))
  readonly #live: LiveHub
  readonly #http: HttpGateway

  constructor(changes: Partial<HttpInputs> = {}) {
    const { people } = this.rig
    for (const folder of [STATIC, SCRIPTS]) cpSync(folder, this.#web, { recursive: true })
    this.#live = new LiveHub({
      ...new ViewsInMemory(),
      gatewayId: 'plant-1',
      identities: people,
      logger: silentLogger,
    })
    this.#http = new HttpGateway({
      identities: people,
      people,
      audit: { record: (event) => this.rig.audited.push(event) },
      webRoot: this.#web,
      upgrades: {
        '/live': {
          access: { role: 'viewer', scope: 'tree' },
          allowedOrigins: [],
          handle: (request, socket, head, asker) => this.#live.handleUpgrade(request, socket, head, asker),
        },
      },
      ...changes,
    })
  }

  async start(): Promise<this> {
    await this.#http.start()
    return this
  }

  get url(): string {
    return this.#http.url
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  async close(): Promise<void> {
    await this.#live.close()
    await this.#http.close()
    await this.rig.close()
    rmSync(this.#web, { recursive: true })
  }

  /** Sends JSON, with a cookie or a token. */
  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const type = body === undefined ? {} : { 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    return fetch(this.url + path, { method, headers: { ...type, ...headers }, redirect: 'manual', ...sent })
  }

  /** The headers of a session of that user. */
  async signedIn(name: string, password: string): Promise<Record<string, string>> {
    const response = await this.send('POST', '/api/v1/session', { name, password })
    if (!response.ok) throw new Error(await response.text())
    return { cookie: cookieOf(response) }
  }
}

/** What a browser would send back. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}
