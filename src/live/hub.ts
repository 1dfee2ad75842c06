import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { GatewayError } from '../core/errors.js'
import type { Identities, Identity } from '../core/identity.js'
import type { Logger } from '../core/logger.js'
import { Feeds } from './feeds.js'
import { Operator } from './operator.js'
import { DEFAULT_LIVE_OPTIONS, type LiveOptions } from './options.js'
import { CloseCode, type Heartbeat, type Hello, PROTOCOL_VERSION } from './protocol.js'
import type { Views } from './source.js'
import { refuseUpgrade } from './upgrade.js'

/** How long a closing connection may take to say goodbye before it is cut. */
const CLOSE_TIMEOUT_MS = 1000

export interface LiveHubInputs extends Views {
  readonly gatewayId: string
  /** Tells when an identity ends; absent where nobody has to sign in. */
  readonly identities?: Pick<Identities, 'onEnded'>
  /** What is left out has its default. */
  readonly options?: Partial<LiveOptions>
  readonly logger: Logger
}

/** Who connects. */
export interface LiveAsker {
  readonly identity: Identity
}

export interface LiveStatistics {
  readonly connections: number
  readonly subscriptions: number
  readonly feeds: number
  /** States turned into JSON; with many operators far fewer than `framesSent`. */
  readonly serialisations: number
  readonly framesSent: number
  readonly skipped: number
  /** Operators disconnected because they stopped reading. */
  readonly stalled: number
}

/** The live streams at `/live`: takes WebSocket upgrades, and streams what the views say to whoever subscribed. */
export class LiveHub {
  readonly #options: LiveOptions
  readonly #gatewayId: string
  readonly #identities: Pick<Identities, 'onEnded'> | undefined
  readonly #logger: Logger
  readonly #feeds: Feeds
  readonly #operators = new Map<WebSocket, Operator>()
  readonly #server: WebSocketServer
  #housekeeping: NodeJS.Timeout | undefined
  #stalled = 0
  #closing = false

  constructor({ gatewayId, identities, options, logger, ...views }: LiveHubInputs) {
    this.#options = { ...DEFAULT_LIVE_OPTIONS, ...options }
    this.#gatewayId = gatewayId
    this.#identities = identities
    this.#logger = logger
    this.#feeds = new Feeds(views, this.#options, logger)
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.#options.maxFrameBytes,
    })
  }

  get statistics(): LiveStatistics {
    let subscriptions = 0
    for (const operator of this.#operators.values()) subscriptions += operator.subscriptions
    return {
      connections: this.#operators.size,
      subscriptions,
      feeds: this.#feeds.size,
      ...this.#feeds.statistics,
      stalled: this.#stalled,
    }
  }

  /**
   * Takes over the socket of an upgrade request for `/live`, or answers 503 and ends it. The HTTP server has looked at
   * where the page is from, and who asks.
   */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer, { identity }: LiveAsker): void {
    const refusal = this.#refusal()
    if (refusal !== undefined) return refuseUpgrade(socket, refusal)
    this.#server.handleUpgrade(request, socket, head, (webSocket) => this.#open(webSocket, identity))
  }

  /** Says goodbye to every operator (1001) and resolves when all connections are gone. */
  async close(): Promise<void> {
    this.#closing = true
    clearInterval(this.#housekeeping)
    await Promise.all([...this.#operators].map(([socket, operator]) => goodbye(socket, operator)))
    this.#feeds.close()
    this.#server.close()
  }

  #refusal(): GatewayError | undefined {
    if (this.#closing) return new GatewayError('LG_LIVE_CLOSING')
    const count = this.#operators.size
    if (count < this.#options.maxConnections) return undefined
    return new GatewayError('LG_LIVE_CONNECTIONS_EXCEEDED', { count })
  }

  #open(socket: WebSocket, identity: Identity): void {
    const operator = new Operator(socket, this.#options, this.#feeds, identity.scope)
    this.#operators.set(socket, operator)
    this.#housekeeping ??= this.#startHousekeeping()
    const stop = this.#identities?.onEnded(identity, () => {
      operator.close(CloseCode.signedOut, 'The session or token has ended')
    })
    operator.start(this.#hello(identity), () => {
      stop?.()
      this.#closed(socket)
    })
  }

  #closed(socket: WebSocket): void {
    this.#operators.delete(socket)
    if (this.#operators.size > 0) return
    clearInterval(this.#housekeeping)
    this.#housekeeping = undefined
  }

  #hello({ name, role, scope }: Identity): string {
    const { heartbeatMs, publish } = this.#options
    const hello: Hello = {
      type: 'hello',
      protocolVersion: PROTOCOL_VERSION,
      gatewayId: this.#gatewayId,
      time: new Date().toISOString(),
      heartbeatMs,
      identity: { name, role, scope },
      ...(publish === undefined ? {} : { publish: { ...publish } }),
    }
    return JSON.stringify(hello)
  }

  #startHousekeeping(): NodeJS.Timeout {
    const { heartbeatMs, pingIntervalMs, stalledAfterMs } = this.#options
    const everyMs = Math.max(10, Math.min(heartbeatMs, pingIntervalMs, stalledAfterMs) / 2)
    return setInterval(() => this.#checkAll(), everyMs).unref()
  }

  #checkAll(): void {
    const heartbeat: Heartbeat = { type: 'heartbeat', time: new Date().toISOString() }
    const text = JSON.stringify(heartbeat)
    const nowMs = performance.now()
    for (const operator of this.#operators.values()) {
      if (operator.check(nowMs, text)) continue
      this.#stalled++
      this.#logger.warn({ stalled: this.#stalled }, 'A live connection was closed: it stopped reading')
    }
  }
}

async function goodbye(socket: WebSocket, operator: Operator): Promise<void> {
  const gone = new Promise((resolve) => socket.once('close', resolve))
  const timer = setTimeout(() => operator.terminate(), CLOSE_TIMEOUT_MS)
  operator.close(CloseCode.goingAway, 'The gateway stops')
  await gone
  clearTimeout(timer)
}
