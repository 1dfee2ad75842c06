import { Socket } from 'node:net'
import { connect, type IClientOptions, type MqttClient } from 'mqtt'
import type { Payload } from '../virtual-device.js'
import type { Counters } from './counters.js'

export type Qos = 0 | 1 | 2

/** How to sign in, for brokers that ask; `ca`, `cert` and `key` are PEM. */
export type Credentials = Pick<
  IClientOptions,
  'username' | 'password' | 'ca' | 'cert' | 'key' | 'rejectUnauthorized'
>

export interface LinkOptions {
  readonly url: string
  readonly clientId: string
  readonly qos: Qos
  readonly credentials: Credentials
  readonly counters: Counters
}

export interface LinkEvents {
  /** A message is off `inFlight`. */
  onSettled(): void
  /** The connection is gone; what was in flight is counted. */
  onClosed(): void
}

const CONNECT_TIMEOUT_MS = 10_000
const CUT_WITHIN_MS = 1_000

/**
 * One MQTT connection from CONNECT to its end. It is never made anew: the client library would send what was not
 * acknowledged a second time, and the broker would receive more messages than were counted as sent. Sessions are
 * clean for the same reason.
 */
export class Link {
  inFlight = 0
  #isOver = false
  #wasOpen = false
  readonly #client: MqttClient
  readonly #options: LinkOptions
  readonly #events: LinkEvents
  readonly #publishOptions: { readonly qos: Qos }
  /** One for all messages: a closure for each would cost more than the message. */
  readonly #settle = (error?: Error | null): void => this.#settled(error)

  private constructor(client: MqttClient, options: LinkOptions, events: LinkEvents) {
    this.#client = client
    this.#options = options
    this.#events = events
    this.#publishOptions = { qos: options.qos }
  }

  /** Resolves when the broker has accepted the connection; rejects with the reason when it does not. */
  static open(options: LinkOptions, events: LinkEvents, signal: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      const client = connect(options.url, clientOptions(options))
      const link = new Link(client, options, events)
      let cause: Error = new Error('the connection was closed before the broker had answered')
      const abandon = (): void => void client.end(true)
      signal.addEventListener('abort', abandon, { once: true })
      client.on('error', (error: Error) => {
        cause = error
      })
      client.once('connect', () => {
        link.#wasOpen = true
        signal.removeEventListener('abort', abandon)
        disableDelay(client)
        resolve(link)
      })
      client.once('close', () => {
        signal.removeEventListener('abort', abandon)
        // First: ending the client reports what is in flight as errors, once more.
        link.#closed()
        client.end(true)
        if (!link.#wasOpen) reject(cause)
      })
    })
  }

  get isOver(): boolean {
    return this.#isOver
  }

  publish(topic: string, payload: Payload): void {
    this.inFlight++
    this.#client.publish(topic, payload, this.#publishOptions, this.#settle)
  }

  /** Ends the connection as a power failure would: without DISCONNECT. */
  cut(): void {
    const { stream } = this.#client
    stream.end()
    setTimeout(() => stream.destroy(), CUT_WITHIN_MS).unref()
  }

  /** Says DISCONNECT and resolves when the broker has closed; breaks off when something is still in flight. */
  disconnect(): Promise<void> {
    return new Promise((resolve) => {
      if (this.inFlight > 0) this.destroy()
      if (this.#isOver) resolve()
      else this.#client.end(false, {}, () => resolve())
    })
  }

  /** At once, with what is in flight left unacknowledged. */
  destroy(): void {
    this.#client.stream.destroy()
    this.#closed()
  }

  #settled(error: Error | null | undefined): void {
    if (this.#isOver) return
    this.inFlight--
    // Up to MQTT 3.1.1 a broker cannot refuse a message: an error means that the connection is going.
    if (error) this.#lose(1)
    else if (this.#options.qos > 0) this.#options.counters.acknowledged++
    this.#events.onSettled()
  }

  #closed(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#lose(this.inFlight)
    this.inFlight = 0
    if (this.#wasOpen) this.#events.onClosed()
  }

  #lose(messages: number): void {
    const { counters, qos } = this.#options
    if (qos > 0) counters.unacknowledged += messages
    else counters.failed += messages
  }
}

function clientOptions({ clientId, credentials }: LinkOptions): IClientOptions {
  return {
    ...credentials,
    clientId,
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    reschedulePings: false,
    log: silent,
  }
}

/** The library's own debugging costs time even when it is off. */
function silent(): void {}

/** Small packets must not wait for the acknowledgement of the one before (Nagle); a WebSocket has no such switch. */
function disableDelay({ stream }: MqttClient): void {
  if (stream instanceof Socket) stream.setNoDelay(true)
}
