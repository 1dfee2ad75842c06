import type { Hello, ServerMessage, Snapshot, Subscribe, Update } from '../src/live/protocol.js'

export type ConnectionState = 'connecting' | 'live' | 'stale' | 'lost'

export type StreamFrame = Snapshot | Update

interface Stream {
  readonly request: Omit<Subscribe, 'type' | 'id'>
  readonly onFrame: (frame: StreamFrame) => void
  readonly onRefused: (message: string) => void
}

export interface ConnectionListener {
  onHello(hello: Hello): void
  /** Called at every change of state, and twice a second while the data ages. */
  onState(state: ConnectionState, ageSeconds: number): void
  /** The connection ended, or none came about; it is tried again. */
  onGone(): void
}

const CHECK_MS = 500
const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 8000
/** Heartbeats missed before the data is called old, and before the connection is given up. */
const STALE_AFTER = 2.5
const LOST_AFTER = 6

/**
 * Keeps a WebSocket to the gateway and its subscriptions alive: reconnects with jittered back-off, subscribes anew,
 * and knows how old the data on the page is.
 */
export class Connection {
  readonly #url: string
  readonly #listener: ConnectionListener
  readonly #streams = new Map<string, Stream>()
  #socket: WebSocket | undefined
  #isOpen = false
  #heardMs = 0
  /** How far the gateway's clock is ahead of this machine's. */
  #aheadMs = 0
  #heartbeatMs = 2000
  #retries = 0
  #retryTimer = 0
  #nextId = 1

  constructor(url: string, listener: ConnectionListener) {
    this.#url = url
    this.#listener = listener
  }

  start(): void {
    this.#open()
    setInterval(() => this.#check(), CHECK_MS)
    addEventListener('online', () => this.#retryNow())
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.#retryNow()
    })
  }

  /** Streams until the returned function is called, over reconnections too. */
  subscribe(
    request: Stream['request'],
    onFrame: Stream['onFrame'],
    onRefused: Stream['onRefused'],
  ): () => void {
    const id = `s${this.#nextId++}`
    this.#streams.set(id, { request, onFrame, onRefused })
    if (this.#isOpen) this.#send({ type: 'subscribe', id, ...request })
    return () => {
      if (!this.#streams.delete(id) || !this.#isOpen) return
      this.#send({ type: 'unsubscribe', id })
    }
  }

  /** Epoch milliseconds by the gateway's clock, which the times in its frames are of. */
  get nowMs(): number {
    return Date.now() + this.#aheadMs
  }

  get #ageMs(): number {
    return this.#heardMs === 0 ? 0 : performance.now() - this.#heardMs
  }

  #open(): void {
    const socket = new WebSocket(this.#url)
    this.#socket = socket
    socket.onmessage = ({ data }) => this.#onFrame(JSON.parse(String(data)) as ServerMessage)
    socket.onclose = () => this.#onGone()
    this.#tell()
  }

  #onFrame(frame: ServerMessage): void {
    this.#heardMs = performance.now()
    switch (frame.type) {
      case 'hello':
        this.#onHello(frame)
        break
      case 'snapshot':
      case 'update':
        this.#streams.get(frame.id)?.onFrame(frame)
        break
      case 'error':
        this.#onRefused(frame.id ?? '', frame.message)
        break
      case 'heartbeat':
        this.#setClock(frame.time)
        break
    }
    this.#tell()
  }

  /** By frames that are made when they are sent; a snapshot may be of a moment ago. */
  #setClock(time: string): void {
    this.#aheadMs = Date.parse(time) - Date.now()
  }

  #onHello(hello: Hello): void {
    this.#setClock(hello.time)
    this.#isOpen = true
    this.#retries = 0
    this.#heartbeatMs = hello.heartbeatMs
    this.#listener.onHello(hello)
    for (const [id, { request }] of this.#streams) this.#send({ type: 'subscribe', id, ...request })
  }

  #onRefused(id: string, message: string): void {
    const stream = this.#streams.get(id)
    this.#streams.delete(id)
    stream?.onRefused(message)
  }

  #onGone(): void {
    this.#isOpen = false
    this.#socket = undefined
    const most = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#retries++)
    this.#retryTimer = setTimeout(() => this.#open(), most * (0.5 + Math.random() / 2))
    this.#listener.onGone()
    this.#tell()
  }

  #retryNow(): void {
    if (this.#socket !== undefined) return
    clearTimeout(this.#retryTimer)
    this.#open()
  }

  #check(): void {
    const socket = this.#socket
    if (this.#isOpen && socket !== undefined && this.#ageMs > this.#heartbeatMs * LOST_AFTER) {
      // The peer may be gone without a word, in which case `close` would wait for its answer.
      socket.onclose = null
      socket.onmessage = null
      socket.close()
      this.#onGone()
    }
    this.#tell()
  }

  #tell(): void {
    this.#listener.onState(this.#state(), Math.round(this.#ageMs / 1000))
  }

  #state(): ConnectionState {
    if (!this.#isOpen) return this.#heardMs === 0 ? 'connecting' : 'lost'
    return this.#ageMs > this.#heartbeatMs * STALE_AFTER ? 'stale' : 'live'
  }

  #send(message: Subscribe | { type: 'unsubscribe'; id: string }): void {
    this.#socket?.send(JSON.stringify(message))
  }
}
