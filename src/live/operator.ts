import { type RawData, WebSocket } from 'ws'
import { GatewayError } from '../core/errors.js'
import { isWithin } from '../core/identity.js'
import { invalid, parseClientFrame } from './client-frames.js'
import type { Feeds, Membership } from './feeds.js'
import { FrameBudget } from './frame-budget.js'
import { effectiveIntervalMs, type LiveOptions } from './options.js'
import {
  type ClientMessage,
  CloseCode,
  DEFAULT_INTERVAL_MS,
  type ErrorMessage,
  type Subscribe,
} from './protocol.js'
import type { FeedRequest } from './source.js'
import { type Peer, Subscription } from './subscription.js'

const BUDGET_WINDOW_MS = 10_000
const MAX_FRAMES = 400
const MAX_INVALID_FRAMES = 20

/**
 * One operator's connection: takes subscribe and unsubscribe, and lets go of an operator that stopped reading.
 *
 * `writable` turns false while more than `maxBufferedBytes` wait for the operator. If then nothing at all is read
 * for `stalledAfterMs`, the connection is closed; an operator on a slow line that reads a little is kept.
 */
export class Operator implements Peer {
  readonly #socket: WebSocket
  readonly #options: LiveOptions
  readonly #feeds: Feeds
  readonly #within: string
  readonly #subscriptions = new Map<string, Membership>()
  readonly #frames = new FrameBudget(MAX_FRAMES, BUDGET_WINDOW_MS)
  readonly #invalidFrames = new FrameBudget(MAX_INVALID_FRAMES, BUDGET_WINDOW_MS)
  #lastSentMs = performance.now()
  #pingedMs = performance.now()
  #answered = true
  #bufferedBytes = 0
  #readSinceMs = performance.now()

  /** @param within what the operator may see: a path of the tree, '' for all. */
  constructor(socket: WebSocket, options: LiveOptions, feeds: Feeds, within: string) {
    this.#socket = socket
    this.#options = options
    this.#feeds = feeds
    this.#within = within
  }

  get subscriptions(): number {
    return this.#subscriptions.size
  }

  get writable(): boolean {
    const { readyState, bufferedAmount } = this.#socket
    return readyState === WebSocket.OPEN && bufferedAmount <= this.#options.maxBufferedBytes
  }

  /** Listens to the socket; `closed` is called once, when it is gone. */
  start(hello: string, closed: () => void): void {
    this.#socket.on('message', (bytes, isBinary) => this.#onFrame(bytes, isBinary))
    this.#socket.on('pong', () => this.#onPong())
    // A protocol violation or a reset: ws closes the connection itself and emits `close` after it.
    this.#socket.on('error', () => this.#leaveAll())
    this.#socket.on('close', () => {
      this.#leaveAll()
      closed()
    })
    this.#sendText(hello)
  }

  send(frame: Buffer): void {
    this.#lastSentMs = performance.now()
    this.#socket.send(frame, { binary: false })
  }

  /** The feed of the subscription ended; the operator may subscribe again. */
  onEnded(subscription: Subscription, error: GatewayError): void {
    this.#subscriptions.delete(subscription.id)
    this.#sendError(error, subscription.id)
  }

  close(code: number, reason: string): void {
    this.#leaveAll()
    this.#socket.close(code, reason)
  }

  terminate(): void {
    this.#socket.terminate()
  }

  /** Looks after the connection; false when it was closed because the operator stopped reading. */
  check(nowMs: number, heartbeat: string): boolean {
    if (this.#socket.readyState !== WebSocket.OPEN) return true
    if (this.#isStalled(nowMs)) {
      this.close(CloseCode.tryAgainLater, `Nothing was read for ${this.#options.stalledAfterMs} ms`)
      return false
    }
    if (!this.writable) return true
    this.#ping(nowMs)
    if (nowMs - this.#lastSentMs >= this.#options.heartbeatMs) this.#sendText(heartbeat)
    return true
  }

  #isStalled(nowMs: number): boolean {
    const { bufferedAmount } = this.#socket
    const reads = bufferedAmount < this.#bufferedBytes || this.writable
    this.#bufferedBytes = bufferedAmount
    if (reads) this.#readSinceMs = nowMs
    return nowMs - this.#readSinceMs > this.#options.stalledAfterMs
  }

  #ping(nowMs: number): void {
    if (nowMs - this.#pingedMs < this.#options.pingIntervalMs) return
    if (!this.#answered) return this.#socket.terminate()
    this.#pingedMs = nowMs
    this.#answered = false
    this.#socket.ping()
  }

  #onPong(): void {
    this.#answered = true
  }

  #onFrame(bytes: RawData, isBinary: boolean): void {
    if (this.#socket.readyState !== WebSocket.OPEN) return
    const nowMs = performance.now()
    if (!this.#frames.take(nowMs)) return this.close(CloseCode.policyViolation, 'Too many frames')
    try {
      if (isBinary) throw invalid('it is binary, not text')
      this.#handle(parseClientFrame(String(bytes)))
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error
      this.#refuse(error, nowMs)
    }
  }

  #refuse(error: GatewayError, nowMs: number): void {
    if (error.code === 'LG_LIVE_FRAME_INVALID' && !this.#invalidFrames.take(nowMs)) {
      return this.close(CloseCode.policyViolation, 'Too many invalid frames')
    }
    const { id } = error.details
    this.#sendError(error, typeof id === 'string' ? id : undefined)
  }

  #handle(message: ClientMessage): void {
    if (message.type === 'subscribe') this.#subscribe(message)
    else this.#unsubscribe(message.id)
  }

  #subscribe(message: Subscribe): void {
    const { id } = message
    if (this.#subscriptions.has(id)) throw new GatewayError('LG_LIVE_SUBSCRIPTION_EXISTS', { id })
    const count = this.#subscriptions.size
    if (count >= this.#options.maxSubscriptions) {
      throw new GatewayError('LG_LIVE_SUBSCRIPTIONS_EXCEEDED', { id, count })
    }
    const request = this.#requestOf(message)
    this.#subscriptions.set(id, this.#feeds.join(request, new Subscription(id, request, this)))
  }

  #requestOf({ id, topic, scope: asked = '', intervalMs, depth }: Subscribe): FeedRequest {
    const within = this.#within
    const scope = asked === '' ? within : asked
    // The same answer whether there is something or not.
    if (!isWithin(scope, within)) throw new GatewayError('LG_LIVE_SCOPE_REFUSED', { id, scope, within })
    return {
      topic,
      scope,
      within,
      intervalMs: effectiveIntervalMs(intervalMs ?? DEFAULT_INTERVAL_MS, this.#options),
      depth: topic === 'counts' ? (depth ?? 0) : 0,
    }
  }

  #unsubscribe(id: string): void {
    const membership = this.#subscriptions.get(id)
    if (membership === undefined) throw new GatewayError('LG_LIVE_SUBSCRIPTION_UNKNOWN', { id })
    this.#subscriptions.delete(id)
    membership.leave()
  }

  #leaveAll(): void {
    for (const membership of this.#subscriptions.values()) membership.leave()
    this.#subscriptions.clear()
  }

  #sendError({ code, message }: GatewayError, id: string | undefined): void {
    const frame: ErrorMessage = { type: 'error', code, message, ...(id === undefined ? {} : { id }) }
    this.#sendText(JSON.stringify(frame))
  }

  #sendText(text: string): void {
    this.send(Buffer.from(text))
  }
}
