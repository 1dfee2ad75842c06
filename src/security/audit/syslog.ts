/**
 * A copy of the trail for a syslog server: UDP (RFC 5426), TCP with octet counting (RFC 6587) or TLS (RFC 5425).
 *
 * Constraints: it never slows the gateway; what waits is bounded. Over TCP and TLS a message leaves the queue when the system
 * has taken it: syslog has no acknowledgement, so that what was on its way when a connection broke may be missing there, or
 * be there twice; the sequence numbers show both.
 */
import { hostname } from 'node:os'
import { causeOf, GatewayError } from '../../core/errors.js'
import { type Logger, LogThrottle } from '../../core/logger.js'
import { within } from '../../core/within.js'
import type { AuditRecord } from './record.js'
import { syslogMessage } from './syslog-message.js'
import { StreamTransport } from './syslog-stream.js'
import type { SyslogTransport } from './syslog-transport.js'
import { UdpTransport } from './syslog-udp.js'

export interface SyslogOptions {
  readonly transport: 'udp' | 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  /** Authorities of a TLS server, PEM; those of the system when absent. */
  readonly caFile?: string
  readonly maxWaiting?: number
  readonly minPauseMs?: number
}

const MAX_WAITING = 10_000
const MIN_PAUSE_MS = 500
const MAX_PAUSE_MS = 60_000
const LOG_EVERY_MS = 60_000
const CLOSE_GRACE_MS = 1_000
const BATCH = 64

export class SyslogForwarder {
  readonly #options: SyslogOptions
  readonly #logger: Logger
  readonly #onDropped: (count: number) => void
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)
  readonly #source = { hostname: hostname(), processId: process.pid }
  readonly #transport: SyslogTransport
  #waiting: Buffer[] = []
  #sent = 0
  #dropped = 0
  /** Not yet told of. */
  #untold = 0
  #pauseMs = 0
  #worker: Promise<void> | undefined
  #retry: NodeJS.Timeout | undefined
  #ticks: NodeJS.Timeout | undefined

  /** @param onDropped told now and then how many were left out */
  constructor(options: SyslogOptions, logger: Logger, onDropped: (count: number) => void) {
    this.#options = options
    this.#logger = logger
    this.#onDropped = onDropped
    this.#transport = options.transport === 'udp' ? new UdpTransport(options) : new StreamTransport(options)
  }

  get statistics(): { readonly sent: number; readonly dropped: number; readonly waiting: number } {
    return { sent: this.#sent, dropped: this.#dropped, waiting: this.#waiting.length }
  }

  start(): void {
    this.#ticks = setInterval(() => this.tellOfDropped(), LOG_EVERY_MS)
    this.#ticks.unref()
  }

  /** Returns at once. When too many wait, the oldest is left out. */
  send(record: AuditRecord): void {
    this.#waiting.push(syslogMessage(record, this.#source, this.#transport.maxBytes))
    if (this.#waiting.length > (this.#options.maxWaiting ?? MAX_WAITING)) {
      this.#waiting.shift()
      this.#dropped++
      this.#untold++
    }
    if (this.#retry === undefined) void this.#wake()
  }

  /** Sends what waits, within a second. */
  async close(): Promise<void> {
    clearInterval(this.#ticks)
    clearTimeout(this.#retry)
    this.#retry = undefined
    if (this.#waiting.length > 0) await within(CLOSE_GRACE_MS, this.#wake())
    clearTimeout(this.#retry)
    this.#dropped += this.#waiting.length
    if (this.#waiting.length > 0) this.#warn('the gateway stops')
    this.#waiting = []
    await this.#transport.close()
  }

  #wake(): Promise<void> {
    this.#worker ??= this.#work().finally(() => {
      this.#worker = undefined
    })
    return this.#worker
  }

  async #work(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting.slice(0, BATCH)
        const before = this.#dropped
        await this.#transport.send(batch)
        // Those that had to leave meanwhile were of this batch.
        const left = Math.min(batch.length, this.#dropped - before)
        this.#waiting.splice(0, batch.length - left)
        this.#sent += batch.length
        this.#dropped -= left
        this.#untold -= left
      }
      this.#pauseMs = 0
      this.tellOfDropped()
    } catch (error) {
      this.#pause(error)
    }
  }

  #pause(error: unknown): void {
    this.#warn(causeOf(error))
    const { minPauseMs = MIN_PAUSE_MS } = this.#options
    this.#pauseMs = Math.min(MAX_PAUSE_MS, Math.max(minPauseMs, this.#pauseMs * 2))
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      void this.#wake()
    }, this.#pauseMs)
    this.#retry.unref()
  }

  #warn(cause: string): void {
    const { host, port } = this.#options
    this.#throttle.run('unavailable', () => {
      const details = { host, port, cause, waiting: this.#waiting.length, dropped: this.#dropped }
      const error = new GatewayError('LG_SYSLOG_UNAVAILABLE', details)
      this.#logger.warn({ code: error.code, action: error.action }, error.message)
    })
  }

  /** Once a minute while messages are left out, when it works again, and at the end. */
  tellOfDropped(): void {
    if (this.#untold <= 0) return
    const count = this.#untold
    this.#untold = 0
    this.#warn(`${count} records had to be left out`)
    this.#onDropped(count)
  }
}
