import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { causeOf, GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { Gate } from './app.js'
import { checkHost, checkOrigin } from './authority.js'
import type { UpgradeRoute } from './inputs.js'
import { answerProblem } from './raw-answer.js'

/** Hands upgrade requests to whoever has their path, after the checks that every request passes. */
export class Upgrades {
  readonly #routes: ReadonlyMap<string, UpgradeRoute>
  readonly #gate: Gate
  readonly #logger: Logger
  readonly #sockets = new Set<Duplex>()

  constructor(routes: Readonly<Record<string, UpgradeRoute>>, gate: Gate, logger: Logger) {
    this.#routes = new Map(Object.entries(routes))
    this.#gate = gate
    this.#logger = logger
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    try {
      this.#handOver(request, socket, head)
    } catch (error) {
      answerProblem(socket, this.#toAnswer(error, request))
    }
  }

  /** Cuts the connections that their handlers have not closed. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #handOver(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { rules, proxies, access } = this.#gate
    const arrival = proxies.arrivalOf(request)
    checkHost(arrival, rules)
    const path = request.url?.split('?')[0] ?? ''
    const route = this.#routes.get(path)
    if (route === undefined) throw new GatewayError('LG_NOT_FOUND', { path })
    const allowedOrigins = [...rules.allowedOrigins, ...route.allowedOrigins]
    checkOrigin(request.headers, arrival, { ...rules, allowedOrigins })
    const { identity, address } = access.admit(route.access, arrival, request.headers, `GET ${path}`)
    if (route.access !== 'anyone') access.recordRead({ identity, address }, path)
    route.handle(request, socket, head, { identity, address })
  }

  #toAnswer(thrown: unknown, request: IncomingMessage): GatewayError {
    if (thrown instanceof GatewayError) {
      if (thrown.row.httpStatus === 403 || thrown.row.httpStatus === 421) this.#putOnRecord(thrown, request)
      return thrown
    }
    this.#logger.error({ cause: causeOf(thrown) }, 'A WebSocket could not be opened')
    return new GatewayError('LG_INTERNAL', {}, { cause: thrown })
  }

  /** Whose page it is, and not who asks, is what was refused. */
  #putOnRecord({ code }: GatewayError, request: IncomingMessage): void {
    if (code === 'LG_ACCESS_DENIED') return
    this.#gate.access.recordRefusal(code, 'anonymous', this.#addressOf(request), request)
  }

  #addressOf(request: IncomingMessage): string {
    try {
      return this.#gate.proxies.arrivalOf(request).address
    } catch (error) {
      // Not through a proxy that is trusted: then its own counts.
      if (error instanceof GatewayError) return request.socket.remoteAddress ?? ''
      throw error
    }
  }
}
