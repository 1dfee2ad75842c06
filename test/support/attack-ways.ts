import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { createWebSocketStream, WebSocket } from 'ws'
import type { Chance } from './chance.js'
import type { Attack } from './connect-attacks.js'
import type { SecuredGateway } from './secured-gateway.js'

/** Ways in to MQTT. */
export const WAYS = ['mqtt', 'mqtts', 'ws', 'http'] as const
export type Way = (typeof WAYS)[number]

const HOST = '127.0.0.1'
const KEPT_BYTES = 256
const CLOSED_WITHIN_MS = 60_000

/** A stream of MQTT bytes that is ready to be written to. */
export async function enter({ ports, caFile }: SecuredGateway, way: Way): Promise<Duplex> {
  if (way === 'mqtt') return halfOpen(ports.mqtt)
  if (way === 'mqtts') {
    const socket = connectTls({
      port: ports.mqtts,
      host: HOST,
      ca: readFileSync(caFile),
      servername: 'localhost',
    })
    await once(socket, 'secureConnect')
    return socket
  }
  const webSocket = new WebSocket(`ws://${HOST}:${ports[way]}/mqtt`, 'mqtt')
  await once(webSocket, 'open')
  return createWebSocketStream(webSocket)
}

/** A connection that does not end when the other side has ended: the server must not wait for that. */
async function halfOpen(port: number): Promise<Socket> {
  const socket = connect({ port, host: HOST, allowHalfOpen: true })
  await once(socket, 'connect')
  return socket
}

/**
 * Sends it and waits as it says.
 * @param left gets the streams that are still open on this side
 * @returns the first bytes that came back
 */
export async function perform(attack: Attack, stream: Duplex, left: Duplex[]): Promise<Buffer> {
  const received: Buffer[] = []
  stream.on('error', () => stream.destroy())
  stream.on('data', (chunk: Buffer) => {
    if (received.length < KEPT_BYTES) received.push(chunk)
  })
  const gone = new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('the server does not close')), CLOSED_WITHIN_MS)
    for (const event of ['end', 'close']) stream.once(event, () => resolve(clearTimeout(late)))
  })
  for (const piece of attack.pieces) {
    if (!stream.writable) break
    stream.write(piece)
    if (attack.pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, attack.pauseMs))
  }
  if (attack.ending === 'reset') stream.destroy()
  else {
    if (attack.ending === 'end') stream.end()
    await gone
    left.push(stream)
  }
  return Buffer.concat(received).subarray(0, KEPT_BYTES)
}

/** What is done to TLS itself, on its port. */
export function handshakeAttack(chance: Chance, hello: Buffer): Attack {
  const cut = hello.subarray(0, 1 + chance.below(hello.length - 1))
  const pieces = chance.pick([
    () => [chance.mutated(hello)],
    () => [cut],
    () => [hello, chance.bytes(200)],
    () => [hello, chance.mutated(hello)],
    () => [...cut.subarray(0, 10)].map((byte) => Buffer.of(byte)),
    () => [chance.bytes(1 + chance.below(500))],
  ])()
  return attackOf('TLS', pieces, chance)
}

/** What is done to the way from HTTP to MQTT. */
export function upgradeAttack(chance: Chance, port: number): Attack {
  const request = Buffer.from(
    [
      'GET /mqtt HTTP/1.1',
      `Host: ${HOST}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Protocol: mqtt',
      '',
      '',
    ].join('\r\n'),
  )
  const pieces = chance.pick([
    () => [chance.mutated(request)],
    () => [request.subarray(0, 1 + chance.below(request.length - 1))],
    () => [request, chance.bytes(1 + chance.below(100))],
    () => [Buffer.concat([request, chance.bytes(50)])],
    // A frame of 2^63 bytes; one without a mask; text; a ping that is too long; half of a message.
    () => [request, Buffer.from([0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 2, 3, 4])],
    () => [request, Buffer.from([0x82, 0x02, 0x10, 0x00])],
    () => [request, Buffer.from([0x81, 0x82, 0, 0, 0, 0, 0x10, 0x00])],
    () => [request, Buffer.from([0x89, 0xfe, 0x01, 0x00, 0, 0, 0, 0])],
    () => [request, Buffer.from([0x02, 0x81, 0, 0, 0, 0, 0x10])],
  ])()
  return attackOf('upgrade', pieces, chance)
}

export function attackRaw(attack: Attack, port: number, left: Duplex[]): Promise<Buffer> {
  return halfOpen(port).then((socket) => perform(attack, socket, left))
}

/** The first bytes of a client that speaks TLS. */
export async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, HOST)
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const client = connectTls({ port, host: HOST }).on('error', () => undefined)
  const [socket] = (await once(server, 'connection')) as [Socket]
  const [hello] = (await once(socket, 'data')) as [Buffer]
  client.destroy()
  socket.destroy()
  server.close()
  return hello
}

function attackOf(name: string, pieces: readonly Buffer[], chance: Chance): Attack {
  const ending = chance.isTrue(0.3) ? 'stay' : chance.pick(['end', 'reset'] as const)
  return { name, pieces, pauseMs: chance.pick([0, 1, 5]), ending }
}
