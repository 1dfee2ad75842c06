import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Connection } from 'aedes'
import { createWebSocketStream, type WebSocket, WebSocketServer } from 'ws'

/** What MQTT calls itself as a subprotocol: 3.1.1 (MQTT-6.0.0-3) and 3.1. */
const SUBPROTOCOLS = ['mqtt', 'mqttv3.1']

/** A message of WebSocket may hold several packets, or parts of them. */
const ROOM_FOR_MORE_BYTES = 65_536

const UNSUPPORTED_DATA = 1003

/** Turns upgrade requests into streams of MQTT bytes. */
export class WebSocketEntrance {
  readonly #server: WebSocketServer
  readonly #onConnection: (connection: Connection, request: IncomingMessage) => void

  constructor(
    maxPacketBytes: number,
    onConnection: (connection: Connection, request: IncomingMessage) => void,
  ) {
    this.#onConnection = onConnection
    this.#server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxPacketBytes + ROOM_FOR_MORE_BYTES,
      handleProtocols: (offered) => SUBPROTOCOLS.find((name) => offered.has(name)) ?? false,
    })
  }

  /** For the event `upgrade` of an HTTP server. */
  handle(socket: Duplex, request: IncomingMessage, head: Buffer): void {
    // A reset before the connection is Aedes's has no one to report to.
    socket.on('error', () => socket.destroy())
    if (!offersMqtt(request)) {
      socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#onConnection(streamOf(webSocket), request)
    })
  }
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
