import type { Client } from 'aedes'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import { type Logger, LogThrottle, shortened } from '../core/logger.js'

/** Since the broker was made. */
export interface BrokerCounters {
  /** CONNECTs answered with a return code other than 0. */
  refusedConnects: number
  /** Connections closed for a packet over the limit. */
  oversizedPackets: number
  /** Connections closed for something that MQTT does not allow. */
  protocolErrors: number
  /** Connections closed for not reading what they subscribed to. */
  slowSubscribers: number
  /** Messages dropped from queues of sessions that were full. */
  droppedMessages: number
}

const LOG_EVERY_MS = 10_000

/** Faults that the network brings about; nobody can correct them here. */
const ORDINARY =
  /^(keep alive timeout|connect did not arrive in time|connection closed|premature close|drain timeout)$/i

/** What clients do wrong, counted and logged: a line for each kind in ten seconds, whatever they send. */
export class ClientFaults {
  readonly counters: BrokerCounters = {
    refusedConnects: 0,
    oversizedPackets: 0,
    protocolErrors: 0,
    slowSubscribers: 0,
    droppedMessages: 0,
  }
  readonly #logger: Logger
  readonly #throttle = new LogThrottle(LOG_EVERY_MS)

  constructor(logger: Logger) {
    this.#logger = logger
  }

  refused(error: GatewayError): void {
    this.counters.refusedConnects++
    this.#warn(error.code, {}, error)
  }

  /** A client's connection was closed over this. */
  closed(client: Client, error: Error): void {
    const clientId = client.id && shortened(client.id)
    if (isOrdinary(error)) {
      this.#logger.debug({ clientId, cause: error.message }, 'A connection broke.')
      return
    }
    const fault =
      error instanceof GatewayError
        ? error
        : new GatewayError('LG_MQTT_PACKET_MALFORMED', { cause: error.message }, { cause: error })
    this.#count(fault.code)
    this.#warn(fault.code, { clientId }, fault)
  }

  dropped(clientId: string): void {
    this.counters.droppedMessages++
    this.#warn('LG_MQTT_QUEUE_FULL', { clientId }, new GatewayError('LG_MQTT_QUEUE_FULL', { clientId }))
  }

  #count(code: ErrorCode): void {
    if (code === 'LG_MQTT_PACKET_TOO_LARGE') this.counters.oversizedPackets++
    else if (code === 'LG_MQTT_SUBSCRIBER_SLOW') this.counters.slowSubscribers++
    else if (code.startsWith('LG_MQTT_')) this.counters.protocolErrors++
  }

  #warn(key: string, fields: object, error: GatewayError): void {
    const { code, action } = error
    this.#throttle.run(key, (suppressed) =>
      this.#logger.warn({ code, action, suppressed, ...fields }, shortened(error.message)),
    )
  }
}

function isOrdinary(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code?.startsWith('E') === true || ORDINARY.test(error.message)
}
