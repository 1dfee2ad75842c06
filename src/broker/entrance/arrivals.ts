/**
 * Connections from the moment that they are taken until they are let in or gone:
 *
 *     TCP ──limits of addresses──▶ TLS ──certificate──▶ [HTTP upgrade ──Origin──▶] CONNECT ──admission──▶ let in
 *     └────────────────────────────── connectTimeoutMs for all of it ──────────────────────────────────┘
 *
 * It is one time for all, and it is not begun again by a byte that comes: a client that sends a byte a second, of
 * whatever, is closed as one that sends nothing.
 */
import type { Duplex } from 'node:stream'
import type { AuthenticationMethod } from '../../core/client-access.js'
import type { PeerCertificate } from '../../security/tls/peer-certificate.js'
import type { BrokerLimits, LimitWatch } from '../limits.js'
import { AddressGate, type AddressLimits } from './address-gate.js'

export interface Arrival {
  /** IP address of the client. */
  readonly address: string
  /** What the entrance accepts. */
  readonly methods: readonly AuthenticationMethod[]
  /** Of the client, verified. */
  certificate: PeerCertificate | undefined
  /** Why TLS does not trust the certificate that the client sent. */
  certificateFault: string | undefined
  /** It is let in, or told that it is not: its time stops. */
  settle(): void
}

export class Arrivals {
  readonly #connectTimeoutMs: number
  readonly #watch: Pick<LimitWatch, 'bit'>
  readonly #gate: AddressGate
  /** Not let in yet. */
  readonly #waiting = new Set<Duplex>()

  constructor(
    limits: AddressLimits & Pick<BrokerLimits, 'connectTimeoutMs'>,
    watch: Pick<LimitWatch, 'bit'>,
  ) {
    this.#connectTimeoutMs = limits.connectTimeoutMs
    this.#watch = watch
    this.#gate = new AddressGate(limits)
  }

  /** Undefined if it is one too many, which is counted; the caller closes the socket then. */
  take(socket: Duplex, address: string, methods: readonly AuthenticationMethod[]): Arrival | undefined {
    const limit = this.#gate.enter(address)
    if (limit !== undefined) {
      this.#watch.bit(limit, { clientId: '', principal: '', address })
      return undefined
    }
    const timer = setTimeout(() => this.#late(socket, address), this.#connectTimeoutMs)
    const settle = () => {
      clearTimeout(timer)
      this.#waiting.delete(socket)
    }
    this.#waiting.add(socket)
    socket.once('close', () => {
      settle()
      this.#gate.leave(address)
    })
    return { address, methods, certificate: undefined, certificateFault: undefined, settle }
  }

  /** Closes all that are not let in yet. */
  cut(): void {
    for (const socket of this.#waiting) socket.destroy()
  }

  #late(socket: Duplex, address: string): void {
    this.#watch.bit('connectTimeoutMs', { clientId: '', principal: '', address })
    socket.destroy()
  }
}
