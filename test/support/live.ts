import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { type Identities, LOCAL_IDENTITY } from '../../src/core/identity.js'
import { silentLogger } from '../../src/core/logger.js'
import { type LiveAsker, LiveHub } from '../../src/live/hub.js'
import type { LiveOptions } from '../../src/live/options.js'
import type { ClientMessage, ServerMessage } from '../../src/live/protocol.js'
import type { ViewsInMemory } from './views.js'

/** A hub behind a real HTTP server on a free port of 127.0.0.1. */
export interface LiveServer {
  readonly hub: LiveHub
  readonly server: Server
  readonly port: number
  close(): Promise<void>
}

export interface LiveServing {
  readonly port?: number
  readonly server?: Server
  /** Who a request is of; the local identity when absent. */
  readonly asker?: (request: IncomingMessage) => LiveAsker
  readonly identities?: Pick<Identities, 'onEnded'>
}

const LOCAL = () => ({ identity: LOCAL_IDENTITY })

export async function startLive(
  views: ViewsInMemory,
  options: Partial<LiveOptions> = {},
  { port = 0, server = createServer(), asker = LOCAL, identities }: LiveServing = {},
): Promise<LiveServer> {
  const { ledger, devices, tree, networking, latest, deadLetters, sinks, presence, production } = views
  const inputs = {
    ledger,
    devices,
    tree,
    networking,
    latest,
    deadLetters,
    sinks,
    presence,
    production,
    gatewayId: 'plant-1',
  }
  const known = identities === undefined ? {} : { identities }
  const hub = new LiveHub({ ...inputs, ...known, options, logger: silentLogger })
  server.on('upgrade', (request, socket, head) => hub.handleUpgrade(request, socket, head, asker(request)))
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = async () => {
    await hub.close()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return { hub, server, port: (server.address() as AddressInfo).port, close }
}

type Waiting = (frame: ServerMessage) => void

/** A WebSocket client that keeps what it receives, in order. */
export class LiveClient {
  readonly frames: ServerMessage[] = []
  readonly texts: string[] = []
  readonly closed: Promise<{ code: number; reason: string }>
  readonly socket: WebSocket
  #waiting: Waiting[] = []

  private constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (bytes) => this.#onText(String(bytes)))
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: String(reason) }))
    })
  }

  /** Resolves when the server's `hello` has come. */
  static async connect(port: number, options: ClientOptions = {}): Promise<LiveClient> {
    const client = new LiveClient(new WebSocket(`ws://127.0.0.1:${port}/live`, options))
    await client.next('hello')
    return client
  }

  send(message: ClientMessage | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message))
  }

  /** The next frame of that type that comes, or has come and was not asked for yet. */
  async next<T extends ServerMessage['type']>(type: T): Promise<Extract<ServerMessage, { type: T }>> {
    return (await this.until((frame) => frame.type === type)) as Extract<ServerMessage, { type: T }>
  }

  /** The next frame that satisfies the condition; frames before it are passed over. */
  async until(condition: (frame: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const frame = this.#unread.shift() ?? (await this.#arrival())
      if (condition(frame)) return frame
    }
  }

  async close(): Promise<void> {
    this.socket.close()
    await this.closed
  }

  readonly #unread: ServerMessage[] = []

  #onText(text: string): void {
    const frame = JSON.parse(text) as ServerMessage
    this.texts.push(text)
    this.frames.push(frame)
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#unread.push(frame)
    else waiting(frame)
  }

  #arrival(): Promise<ServerMessage> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }
}
