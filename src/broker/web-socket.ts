import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connection } from 'aedes'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'
import type { ClientRefusal } from '../core/client-access.js'
import type { Arrival } from './entrance/arrivals.js'
import { isOriginAllowed } from './entrance/origin.js'

/** What MQTT calls itself as a subprotocol: 3.1.1 (MQTT-6.0.0-3) and 3.1. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1']

/** A message of WebSocket may hold several packets, or parts of them. */
const ROOM_FOR_MORE_BYTES = 65_536

const UNSUPPORTED_DATA = 1003

export interface WebSocketParts {
  readonly maxPacketBytes: number
  readonly onConnection: (connection: Connection, arrival: Arrival, request: IncomingMessage) => void
  readonly onRefused: (refusal: ClientRefusal) => void
}

/** The way that an upgrade request came. */
export interface WebSocketWay {
  readonly arrival: Arrival
  readonly allowedOrigins: readonly string[]
  /** Address that the server is bound to; undefined if it has checked the host that is asked for. */
  readonly boundTo: string | undefined
}

/** Turns upgrade requests into streams of MQTT bytes. */
export class WebSocketEntrance {
  readonly #parts: WebSocketParts
  readonly #server: WebSocketServer

  constructor(parts: WebSocketParts) {
    this.#parts = parts
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: parts.maxPacketBytes + ROOM_FOR_MORE_BYTES,
      handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
    })
  }

  /** For the event `upgrade` of an HTTP server. */
  handle(socket: Duplex, request: IncomingMessage, head: Buffer, way: WebSocketWay): void {
    // A reset before the connection is Aedes's has no one to report to.
    socket.on('error', () => socket.destroy())
    const { arrival } = way
    if (!offersMqtt(request)) answer(socket, '400 Bad Request')
    else if (!isOriginAllowed(request.headers, way.allowedOrigins, way.boundTo)) {
      answer(socket, '403 Forbidden')
      this.#originRefused(arrival, request.headers.origin ?? '')
    } else {
      this.#server.handleUpgrade(request, socket, head, (webSocket) => {
        this.#parts.onConnection(streamOf(webSocket), arrival, request)
      })
    }
  }

  #originRefused({ address }: Arrival, origin: string): void {
    const target = origin.slice(0, MAX_TOLD_CHARACTERS)
    const cause = 'pages of this origin may not connect'
    this.#parts.onRefused({ kind: 'connect', clientId: '', principal: '', address, target, cause })
  }
}

const MAX_TOLD_CHARACTERS = 256

/** Answers an upgrade request that is not taken. */
export function answer(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

function offersMqtt(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? ''
  return offered.split(',').some((name) => SUBPROTOCOLS.includes(name.trim()))
}

function streamOf(webSocket: WebSocket): Duplex {
  // MQTT-6.0.0-1: anything but binary data closes the connection.
  webSocket.on('message', (_data, isBinary) => {
    if (!isBinary) webSocket.close(UNSUPPORTED_DATA)
  })
  return createWebSocketStream(webSocket, {
    // Aedes writes a packet in several pieces: one frame for what is written together.
    writev: (chunks, callback) => {
      webSocket.send(
        Buffer.concat(chunks.map(({ chunk, encoding }) => bytesOf(chunk, encoding))),
        (error?: Error | null) => callback(error),
      )
    },
  })
}

function bytesOf(chunk: Buffer | string, encoding: BufferEncoding): Buffer {
  return typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk
}
