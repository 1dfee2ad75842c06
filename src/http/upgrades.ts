import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { causeOf, GatewayError } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import { type AuthorityRules, checkHost, checkOrigin } from './authority.js'
import type { UpgradeHandler } from './inputs.js'
import { answerProblem } from './raw-answer.js'

/** Hands upgrade requests to whoever has their path, after the checks that every request passes. */
export class Upgrades {
  readonly #handlers: ReadonlyMap<string, UpgradeHandler>
  readonly #rules: AuthorityRules
  readonly #logger: Logger
  readonly #sockets = new Set<Duplex>()

  constructor(handlers: Readonly<Record<string, UpgradeHandler>>, rules: AuthorityRules, logger: Logger) {
    this.#handlers = new Map(Object.entries(handlers))
    this.#rules = rules
    this.#logger = logger
  }

  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#sockets.add(socket)
    socket.on('close', () => this.#sockets.delete(socket))
    try {
      this.#handOver(request, socket, head)
    } catch (error) {
      answerProblem(socket, this.#toAnswer(error))
    }
  }

  /** Cuts the connections that their handlers have not closed. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  #handOver(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    checkHost(request.headers, this.#rules)
    const path = request.url?.split('?')[0] ?? ''
    const handler = this.#handlers.get(path)
    if (handler === undefined) throw new GatewayError('LG_NOT_FOUND', { path })
    checkOrigin(request.headers, this.#rules)
    handler(request, socket, head)
  }

  #toAnswer(thrown: unknown): GatewayError {
    if (thrown instanceof GatewayError) return thrown
    this.#logger.error({ cause: causeOf(thrown) }, 'A WebSocket could not be opened')
    return new GatewayError('LG_INTERNAL', {}, { cause: thrown })
  }
}
