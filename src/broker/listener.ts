import type { IncomingMessage, RequestListener } from 'node:http'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type { Connection } from 'aedes'
import type { AuthenticationMethod, ClientRefusal } from '../core/client-access.js'
import { causeOf, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle } from '../core/logger.js'
import type { PeerCertificate } from '../security/tls/peer-certificate.js'
import { ServerTls } from '../security/tls/server-tls.js'
import type { TlsFiles } from '../security/tls/tls-files.js'
import type { Arrival, Arrivals } from './entrance/arrivals.js'
import { examineCertificate } from './entrance/examine-certificate.js'
import { refusedHandshake } from './entrance/handshake-faults.js'
import type { WebSocketEntrance } from './web-socket.js'

export interface ListenerOptions {
  readonly protocol: 'mqtt' | 'mqtts' | 'ws' | 'wss'
  readonly host: string
  /** 0 takes any free one. */
  readonly port: number
  /** How clients say who they are; not at all when absent. */
  readonly authentication?: readonly AuthenticationMethod[]
  /** For mqtts and wss. */
  readonly tls?: TlsFiles
  /** For ws and wss: whose pages may connect, beside those under the same address. */
  readonly allowedOrigins?: readonly string[]
}

export interface ListenerAddress {
  readonly protocol: ListenerOptions['protocol']
  readonly host: string
  readonly port: number
  readonly url: string
}

/** What the listeners of a broker share. */
export interface ListenerParts {
  readonly arrivals: Arrivals
  readonly webSockets: WebSocketEntrance
  readonly onConnection: (connection: Connection, arrival: Arrival, request?: IncomingMessage) => void
  readonly onRefused: (refusal: ClientRefusal) => void
  readonly logger: Logger
}

/** The path of MQTT on web servers; a listener of its own takes any. */
export const WEB_SOCKET_PATH = '/mqtt'

const ANYONE: readonly AuthenticationMethod[] = ['none']
const LOG_EVERY_MS = 10_000
/** An upgrade request has a few hundred bytes of them. */
const MAX_HEADER_BYTES = 8_192

/** Small packets leave at once; a peer that is gone without a word is noticed even if it asked for no keep-alive. */
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }
/**
 * Connections that wait to be accepted when thousands of clients come back at once; the system lowers it to its own limit
 * (net.core.somaxconn). One too many is dropped without a word, and its client tries again after seconds that double each
 * time; with Node's default of 511, some of 10,000 are still out after a minute.
 */
const BACKLOG = 65_535

/** Of Node (lib/_tls_wrap.js): the socket below. The tests of this folder fail if it goes. */
type SecureSocket = TLSSocket & { readonly _parent?: Duplex }

type Take = (socket: Socket) => void

/**
 * One port. The limits of addresses come first: what is one too many costs no handshake. TLS and HTTP are given sockets
 * that were let through, and listen to nothing themselves.
 */
export class Listener {
  readonly #options: ListenerOptions
  readonly #parts: ListenerParts
  readonly #methods: readonly AuthenticationMethod[]
  readonly #tls: ServerTls | undefined
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  readonly #arrivals = new WeakMap<Duplex, Arrival>()
  #server: NetServer | undefined

  constructor(options: ListenerOptions, parts: ListenerParts) {
    this.#options = options
    this.#parts = parts
    this.#methods = options.authentication ?? ANYONE
    this.#tls = options.tls && new ServerTls(options.tls, this.#methods, options, parts.logger)
  }

  /** @throws {GatewayError} LG_LISTEN_FAILED, LG_TLS_UNUSABLE */
  async start(): Promise<void> {
    const { host, port } = this.#options
    const take = this.#take()
    const server = createServer(SOCKET_OPTIONS, (socket) => this.#arrived(socket, take))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) =>
        reject(new GatewayError('LG_LISTEN_FAILED', { host, port, cause: causeOf(error) }, { cause: error })),
      )
      server.listen({ host, port, backlog: BACKLOG }, resolve)
    })
    server.removeAllListeners('error')
    server.on('error', (error) => this.#report('The MQTT listener failed.', error.message))
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

  /**
   * Reads the certificates again; calling what it returns puts them to use.
   * @throws {GatewayError} LG_TLS_UNUSABLE; nothing has changed then
   */
  prepareCertificates(): () => void {
    return this.#tls?.prepare() ?? (() => undefined)
  }

  /** Whether the revocation list names it. */
  isRevoked(certificate: PeerCertificate): boolean {
    return this.#tls?.isRevoked(certificate) === true
  }

  /** Takes no more connections. Resolves when those that there are have ended. */
  async stop(): Promise<void> {
    this.#tls?.stop()
    const server = this.#server
    if (server?.listening !== true) return
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }

  #arrived(socket: Socket, take: Take): void {
    const arrival = this.#parts.arrivals.take(socket, socket.remoteAddress ?? '', this.#methods)
    // A reset before the connection is someone's has no one to report to.
    socket.on('error', () => socket.destroy())
    if (arrival === undefined) {
      socket.destroy()
      return
    }
    this.#arrivals.set(socket, arrival)
    take(socket)
  }

  /** What becomes of a socket that was let through. */
  #take(): Take {
    const { protocol, host, port } = this.#options
    const isWeb = protocol === 'ws' || protocol === 'wss'
    const inside: Take = isWeb ? this.#web() : (socket) => this.#enter(socket)
    if (protocol === 'mqtt' || protocol === 'ws') return inside
    if (this.#tls === undefined) {
      const cause = 'certFile and keyFile are missing'
      throw new GatewayError('LG_TLS_UNUSABLE', { protocol, host, port, cause })
    }
    // Clients that name another protocol are refused (ALPN).
    const server = createTlsServer({ ...this.#tls.read(), ...(isWeb ? { ALPNProtocols: ['http/1.1'] } : {}) })
    this.#tls.serve(server)
    server.on('tlsClientError', (error, socket: SecureSocket) => this.#handshakeFailed(error, socket))
    server.on('secureConnection', (socket: SecureSocket) => this.#secured(socket, inside))
    return (socket) => server.emit('connection', socket)
  }

  #web(): Take {
    const server = createHttpServer({ maxHeaderSize: MAX_HEADER_BYTES }, refusePlainRequest)
    server.on('upgrade', (request, socket, head) => {
      const arrival = this.#arrivals.get(socket)
      const { host, allowedOrigins = [] } = this.#options
      if (arrival === undefined) socket.destroy()
      else this.#parts.webSockets.handle(socket, request, head, { arrival, allowedOrigins, boundTo: host })
    })
    return (socket) => server.emit('connection', socket)
  }

  #enter(socket: Socket): void {
    const arrival = this.#arrivals.get(socket)
    if (arrival === undefined) socket.destroy()
    else this.#parts.onConnection(socket, arrival)
  }

  #secured(socket: SecureSocket, inside: Take): void {
    const arrival = socket._parent && this.#arrivals.get(socket._parent)
    if (arrival === undefined) {
      socket.destroy()
      return
    }
    this.#arrivals.set(socket, arrival)
    const fault = examineCertificate(socket, arrival)
    if (fault === undefined) inside(socket)
    else {
      this.#refuse(arrival.address, fault)
      socket.destroy()
    }
  }

  #handshakeFailed(error: Error, socket: SecureSocket): void {
    const cause = refusedHandshake(error, socket)
    const arrival = socket._parent && this.#arrivals.get(socket._parent)
    if (cause !== undefined) this.#refuse(arrival?.address ?? '', cause)
    else this.#parts.logger.debug({ cause: error.message }, 'A connection broke in its TLS handshake.')
  }

  #refuse(address: string, cause: string): void {
    const { protocol } = this.#options
    this.#report('A TLS handshake failed.', cause, address)
    this.#parts.onRefused({ kind: 'connect', clientId: '', principal: '', address, target: protocol, cause })
  }

  #report(message: string, cause: string, address?: string): void {
    const { protocol, port } = this.#options
    const from = address === undefined ? {} : { address }
    this.#throttle.run(message, (suppressed) =>
      this.#parts.logger.warn({ protocol, port, ...from, cause, suppressed }, message),
    )
  }
}

const refusePlainRequest: RequestListener = (_request, response) => {
  response.writeHead(426, { connection: 'close', upgrade: 'websocket' }).end()
}
