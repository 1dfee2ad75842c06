import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { causeOf, GatewayError } from '../core/errors.js'
import type { ErrorMessage, ServerMessage, Snapshot, Subscribe, Update } from '../live/protocol.js'
import { type ApiError, authorization, refusalIn } from './api.js'
import type { Reached } from './api-access.js'
import { trusting } from './trusting-fetch.js'

const FIRST_RETRY_MS = 500
const MAX_RETRY_MS = 10_000
/** A connection that is silent for this many heartbeats is dead. */
const HEARTBEATS = 3
const UNTIL_HELLO_MS = 10_000
/** Statuses that say who may, not that something is in the way. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([401, 403])

export interface LiveStreamOptions {
  /** Asked at each connection: the local key is another one after the gateway was started again. */
  readonly reach: () => Reached
  readonly subscribe: Omit<Subscribe, 'type' | 'id'>
  readonly signal: AbortSignal
  onState(frame: Snapshot | Update): void
  onError(frame: ErrorMessage): void
  /** The connection ended and is tried again; called once until it is back. */
  onLost(cause: string): void
  onBack(): void
}

/**
 * Follows one subscription until `signal` is aborted, reconnecting for ever once it was connected.
 * @throws {GatewayError} LG_GATEWAY_UNREACHABLE when the first connection does not come about
 * @throws {ApiError} when the gateway says that whoever asks may not
 */
export async function followLive(options: LiveStreamOptions): Promise<void> {
  let wasConnected = false
  let failures = 0
  while (!options.signal.aborted) {
    const reached = options.reach()
    const { connected, cause, refusal } = await runConnection(reached, options, () => {
      if (wasConnected) options.onBack()
      wasConnected = true
      failures = 0
    })
    if (options.signal.aborted) return
    if (refusal !== undefined) throw refusal
    if (!wasConnected) throw new GatewayError('LG_GATEWAY_UNREACHABLE', { url: reached.url, cause })
    if (connected) options.onLost(cause)
    await pause(failures++, options.signal)
  }
}

interface Ended {
  /** Whether the gateway said hello. */
  readonly connected: boolean
  readonly cause: string
  /** In the words of the gateway: trying again would not help. */
  readonly refusal: ApiError | undefined
}

function runConnection(
  reached: Reached,
  options: Omit<LiveStreamOptions, 'reach'>,
  onHello: () => void,
): Promise<Ended> {
  const socket = openSocket(reached)
  let connected = false
  let cause = ''
  let refusal: ApiError | undefined
  const watchdog = new Watchdog(() => {
    cause = 'it fell silent'
    socket.terminate()
  })
  const stop = (): void => socket.close()
  options.signal.addEventListener('abort', stop, { once: true })
  socket.on('message', (bytes) => {
    const frame = JSON.parse(String(bytes)) as ServerMessage
    if (frame.type === 'hello') {
      connected = true
      watchdog.limitMs = frame.heartbeatMs * HEARTBEATS
      socket.send(JSON.stringify({ type: 'subscribe', id: 'cli', ...options.subscribe }))
      onHello()
    } else if (frame.type === 'error') options.onError(frame)
    else if (frame.type !== 'heartbeat') options.onState(frame)
    watchdog.feed()
  })
  socket.on('unexpected-response', async (_request, response: IncomingMessage) => {
    cause = `HTTP ${response.statusCode}`
    if (REFUSALS.has(response.statusCode)) refusal = refusalIn(await text(response).catch(causeOf))
    socket.terminate()
  })
  socket.on('error', (error: NodeJS.ErrnoException) => {
    cause ||= error.message || (error.code ?? 'the connection failed')
  })
  return new Promise((resolve) => {
    socket.on('close', (code, reason) => {
      watchdog.stop()
      options.signal.removeEventListener('abort', stop)
      resolve({ connected, cause: cause || reason.toString() || `closed with code ${code}`, refusal })
    })
  })
}

function openSocket({ url, access: { token, certificate } }: Reached): WebSocket {
  return new WebSocket(`${url.replace(/^http/, 'ws')}/live`, {
    headers: authorization(token),
    ...(certificate === undefined ? {} : trusting(certificate)),
  })
}

/** Calls `onSilence` when it is not fed for `limitMs`. */
class Watchdog {
  limitMs = UNTIL_HELLO_MS
  readonly #onSilence: () => void
  #timer: NodeJS.Timeout

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence
    this.#timer = setTimeout(onSilence, this.limitMs)
  }

  feed(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onSilence, this.limitMs)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}

async function pause(failures: number, signal: AbortSignal): Promise<void> {
  const longest = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** failures)
  // An aborted pause rejects; the loop that called looks at the signal itself.
  await sleep(longest * (0.5 + Math.random() / 2), undefined, { signal }).catch(() => undefined)
}
