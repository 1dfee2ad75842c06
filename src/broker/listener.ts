import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { type AddressInfo, createServer, type Server as NetServer } from 'node:net'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import type { Connection } from 'aedes'
import { causeOf, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import type { WebSocketEntrance } from './web-socket.js'

/** Paths of PEM files. */
export interface TlsFiles {
  readonly certFile: string
  readonly keyFile: string
  /** Authorities that sign the certificates of clients. */
  readonly caFile?: string
  /** Only clients with a certificate signed by one of them may connect. */
  readonly requestClientCertificate?: boolean
}

export interface ListenerOptions {
  readonly protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss'
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** For mqtts and wss. */
  readonly tls?: TlsFiles
}

export interface ListenerAddress {
  readonly protocol: ListenerOptions['protocol']
  readonly host: string
  readonly port: number
  readonly url: string
}

/** The path of MQTT on web servers; a listener of its own takes any. */
export const WEB_SOCKET_PATH = '/mqtt'

const LOG_EVERY_MS = 10_000

/** Small packets leave at once; a peer that is gone without a word is noticed even if it asked for no keep-alive. */
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
/**
 * Connections that wait to be accepted when thousands of clients come back at once; the system lowers it to its own limit
 * (net.core.somaxconn). One too many is dropped without a word, and its client tries again after seconds that double each
 * time; with Node's default of 511, some of 10,000 are still out after a minute.
 */
const BACKLOG = 65_535

export class Listener {
  readonly #options: ListenerOptions
  readonly #onConnection: (connection: Connection) => void
  readonly #webSockets: WebSocketEntrance
  readonly #logger: Logger
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  #server: NetServer | undefined

  constructor(
    options: ListenerOptions,
    onConnection: (connection: Connection) => void,
    webSockets: WebSocketEntrance,
    logger: Logger,
  ) {
    this.#options = options
    this.#onConnection = onConnection
    this.#webSockets = webSockets
    this.#logger = logger
  }

  /** @throws {GatewayError} LG_LISTEN_FAILED, LG_TLS_UNUSABLE */
  async start(): Promise<void> {
    const { host, port } = this.#options
    const server = this.#create()
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(new GatewayError('LG_LISTEN_FAILED', { host, port, cause: causeOf(error) }, { cause: error })),
      )
      server.listen({ host, port, backlog: BACKLOG }, resolve)
    })
    server.removeAllListeners('error')
    server.on('error', (error) => this.#report('The MQTT listener failed.', error))
    server.on('tlsClientError', (error: Error) => this.#report('A TLS handshake failed.', error))
    this.#server = server
  }

  get address(): ListenerAddress {
    const { protocol, host } = this.#options
    const { port } = this.#server!.address() as AddressInfo
    const path = protocol === 'ws' || protocol === 'wss' ? WEB_SOCKET_PATH : ''
    return {
      protocol,
      host,
      port,
      url: `${protocol}://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    }
  }

  /** Takes no more connections. Resolves when those that there are have ended. */
  async stop(): Promise<void> {
    const server = this.#server
    if (server?.listening !== true) return
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  #create(): NetServer {
    switch (this.#options.protocol) {
      case 'mqtt':
        return createServer(SOCKET_OPTIONS, this.#onConnection)
      case 'mqtts':
        return createTlsServer({ ...SOCKET_OPTIONS, ...this.#tls() }, this.#onConnection)
      case 'ws':
        return this.#upgrading(createHttpServer(SOCKET_OPTIONS, refusePlainRequest))
      case 'wss':
        return this.#upgrading(createHttpsServer({ ...SOCKET_OPTIONS, ...this.#tls() }, refusePlainRequest))
    }
  }

  #upgrading(server: Server): Server {
    return server.on('upgrade', (request, socket, head) => this.#webSockets.handle(socket, request, head))
  }

  #tls(): TlsOptions {
    const { protocol, host, port, tls } = this.#options
    try {
      if (tls === undefined) throw new Error('certFile and keyFile are missing')
      return readTls(tls)
    } catch (error) {
      const details = { protocol, host, port, cause: causeOf(error) }
      throw new GatewayError('LG_TLS_UNUSABLE', details, { cause: error })
    }
  }

  #report(message: string, error: Error): void {
    const { protocol, port } = this.#options
    this.#throttle.run(message, (suppressed) =>
      this.#logger.warn({ protocol, port, cause: error.message, suppressed }, message),
    )
  }
}

function readTls({ certFile, keyFile, caFile, requestClientCertificate }: TlsFiles): TlsOptions {
  const requestCert = requestClientCertificate === true
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    requestCert,
    rejectUnauthorized: requestCert,
  }
}

const refusePlainRequest: RequestListener = (_request, response) => {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
}
