import type { AddressInfo } from 'node:net'
import { Server as TlsServer } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { causeOf, GatewayError } from '../core/errors.js'
import { ServerTls } from '../security/tls/server-tls.js'
import { Access } from './access.js'
import { createApp, type Gate } from './app.js'
import { TrustedProxies } from './arrival.js'
import { DEFAULT_HTTP_OPTIONS, type HttpInputs, type HttpOptions } from './inputs.js'
import { servePage } from './page.js'
import { refuseOtherMethods } from './route.js'
import { ROUTES } from './routes/index.js'
import { Upgrades } from './upgrades.js'

/** People sign in; nobody is asked for a certificate. */
const NO_CERTIFICATES = ['none'] as const

/** The API, metrics, health, the files of the page, and the door to the WebSockets, on one port. */
export class HttpServer {
  readonly #inputs: HttpInputs
  readonly #options: HttpOptions
  readonly #upgrades: Upgrades
  readonly #gate: Gate
  readonly #tls: ServerTls | undefined
  #app: FastifyInstance | undefined
  #address: AddressInfo | undefined
  #closing = false

  constructor(inputs: HttpInputs) {
    this.#inputs = inputs
    this.#options = { ...DEFAULT_HTTP_OPTIONS, ...inputs.options }
    const { allowedHosts, auditReads, publicUrl, trustedProxies } = this.#options
    this.#gate = {
      rules: { host: inputs.host, allowedHosts, allowedOrigins: publicUrl === undefined ? [] : [publicUrl] },
      proxies: new TrustedProxies(trustedProxies),
      access: new Access({ ...inputs, auditReads }),
    }
    this.#upgrades = new Upgrades(inputs.upgrades, this.#gate, inputs.logger)
    const { tls, host, port, logger } = inputs
    this.#tls = tls && new ServerTls(tls, NO_CERTIFICATES, { protocol: 'https', host, port }, logger)
  }

  /** Where the server listens; undefined before `start`. */
  get address(): AddressInfo | undefined {
    return this.#address
  }

  /** For people and programs on this machine, such as `https://127.0.0.1:8080`; undefined before `start`. */
  get url(): string | undefined {
    if (this.#address === undefined) return undefined
    const { host, tls } = this.#inputs
    const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host
    return `${tls === undefined ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${this.#address.port}`
  }

  /** @throws {GatewayError} LG_LISTEN_FAILED, LG_TLS_UNUSABLE */
  async start(): Promise<void> {
    const app = await this.#build()
    const { host, port } = this.#inputs
    try {
      await app.listen({ host, port })
    } catch (error) {
      await app.close()
      throw new GatewayError('LG_LISTEN_FAILED', { host, port, cause: causeOf(error) }, { cause: error })
    }
    this.#app = app
    this.#address = app.server.address() as AddressInfo
  }

  /**
   * Reads certificate and key again, for the connections from now on; those that are open keep theirs.
   * @throws {GatewayError} LG_TLS_UNUSABLE; what it had stays in force then
   */
  reloadCertificates(): void {
    this.#tls?.prepare()()
  }

  /**
   * Takes no new connections, ends those that are idle, waits `closeGraceMs` for answers that are on their way and for
   * WebSockets to be closed by their owners, and cuts what is left.
   */
  async close(): Promise<void> {
    const app = this.#app
    if (app === undefined || this.#closing) return
    this.#closing = true
    this.#tls?.stop()
    const cut = setTimeout(() => {
      app.server.closeAllConnections()
      this.#upgrades.cut()
    }, this.#options.closeGraceMs)
    await app.close()
    clearTimeout(cut)
  }

  async #build(): Promise<FastifyInstance> {
    const { logger, webRoot, upgrades, ...views } = this.#inputs
    const app = createApp(this.#options, this.#gate, logger, this.#tls?.read())
    if (app.server instanceof TlsServer) this.#tls?.serve(app.server)
    app.server.maxConnections = this.#options.maxConnections
    app.server.on('upgrade', (request, socket, head) => this.#upgrades.handle(request, socket, head))
    app.addHook('onSend', async (_request, reply) => {
      if (this.#closing) reply.header('connection', 'close')
    })
    const isReady = () => !this.#closing && views.isReady()
    for (const route of ROUTES) route.register(app, { ...views, isReady })
    for (const url of new Set(ROUTES.map(({ spec }) => spec.url))) refuseOtherMethods(app, url)
    for (const path of Object.keys(upgrades)) askForUpgrade(app, path)
    await servePage(app, webRoot)
    return app
  }
}

/** What a plain request gets where a WebSocket is expected. */
function askForUpgrade(app: FastifyInstance, path: string): void {
  app.get(path, { config: { access: 'anyone' } }, async (_request, reply) => {
    reply.header('upgrade', 'websocket')
    throw new GatewayError('LG_UPGRADE_REQUIRED', { path })
  })
  refuseOtherMethods(app, path)
}
