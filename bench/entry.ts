import { readFileSync } from 'node:fs'
import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls'
import { generate } from 'mqtt-packet'

/** What a client says who it is by. */
export interface Login {
  readonly username: string
  readonly password: string
}

/** How clients come in. */
export interface EntryOptions {
  readonly port: number
  /** TLS 1.3; plain TCP when absent. */
  readonly tls?: { readonly caFile: string; readonly servername: string }
  /** File with a JSON list of `Login`s, of which client `i` has the one at `i`; anonymous when absent. */
  readonly logins?: string
}

interface SocketOptions {
  /** An earlier one, to be resumed. */
  readonly session?: Buffer | undefined
  readonly localAddress?: string
}

/** The way into one broker, for many clients: what they share is read and parsed once. */
export class Entry {
  readonly #port: number
  readonly #servername: string
  readonly #context: SecureContext | undefined
  readonly #logins: readonly Login[] | undefined

  constructor({ port, tls, logins }: EntryOptions) {
    this.#port = port
    this.#servername = tls?.servername ?? ''
    this.#context = tls && createSecureContext({ ca: readFileSync(tls.caFile), minVersion: 'TLSv1.3' })
    this.#logins = logins === undefined ? undefined : readLogins(logins)
  }

  /** What is written before it is connected waits. */
  open({ session, localAddress }: SocketOptions = {}): Socket | TLSSocket {
    const address = { port: this.#port, host: '127.0.0.1', ...(localAddress && { localAddress }) }
    if (this.#context === undefined) return connectTcp({ ...address, noDelay: true })
    const socket = connectTls({
      ...address,
      secureContext: this.#context,
      servername: this.#servername,
      ...(session && { session }),
    })
    return socket.setNoDelay(true)
  }

  /** @param index of the client, for its login */
  connectPacket(index: number, clientId: string, keepAliveS: number): Buffer {
    const login = this.#logins?.[index]
    if (this.#logins !== undefined && login === undefined)
      throw new Error(`there is no login for client ${index}`)
    return generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId,
      keepalive: keepAliveS,
      ...(login && { username: login.username, password: Buffer.from(login.password) }),
    })
  }
}

export function readLogins(file: string): Login[] {
  return JSON.parse(readFileSync(file, 'utf8')) as Login[]
}

/** @throws {Error} unless it is a CONNACK that lets the client in */
export function expectConnack(packet: Buffer): void {
  if (packet[0] !== 0x20) throw new Error(`packet type ${packet[0]} where a CONNACK was due`)
  if (packet[3] !== 0) throw new Error(`the broker refused a client: CONNACK ${packet[3]}`)
}
