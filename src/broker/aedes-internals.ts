/**
 * What this folder uses of Aedes 1.2.0 beyond its published types (lib/client.js, aedes.js). The version is pinned in
 * package.json; the tests of this folder fail if one of these goes.
 */
import type { Aedes, Client } from 'aedes'
import type { Packet } from 'mqtt-packet'
import type { ClientAccess } from '../core/client-access.js'

export type DrainCallback = (error: Error | null, client: AedesClient) => void

export interface AedesClient extends Client {
  readonly id: string
  /** Ours: what the client may do; set before anything but its CONNECT is handled. */
  access: ClientAccess
  /** Ours: its IP address. */
  address: string
  readonly clean: boolean
  /** Its CONNECT is being handled; nothing else is before it is done. */
  readonly connecting: boolean
  readonly connected: boolean
  readonly closed: boolean
  /** A DISCONNECT came. */
  readonly _disconnected: boolean
  /** Broker → highest number of a message delivered. */
  duplicates: Readonly<Record<string, number>>
  /** The will that `close` publishes. */
  will: unknown
  /** The will of the CONNECT, until it is stored. */
  _will: unknown
  _parser: {
    parse(chunk: Buffer): number
    prependListener(event: 'packet', listener: (packet: Packet) => void): unknown
  }
  /** Message ids of QoS 2 between PUBLISH and PUBREL. */
  readonly _inboundInflight: Set<number>
  /** Packets of the last chunk that are still being handled; the next chunk is read when there are none. */
  _parsingBatch: number
  /** One packet was handled; reads the next chunk after the last. */
  _nextBatch(error?: Error | null): void
  /** Milliseconds without a packet after which the client is taken for gone; not above 0 without keep-alive. */
  readonly _keepaliveInterval: number
  readonly _keepaliveTimer: NodeJS.Timeout | null
  /** Calls back when the socket takes more. */
  waitForDrain(callback: DrainCallback): void
  readonly _paused?: boolean
  pause(): void
  emit(event: 'error', error: Error): boolean
}

export interface AedesBroker extends Aedes {
  readonly clients: Readonly<Record<string, AedesClient>>
  connectedClients: number
  unregisterClient(client: AedesClient): void
}
