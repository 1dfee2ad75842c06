import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import type { UpgradeHandler, UpgradeRoute } from '../../src/http/inputs.js'
import { problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'

/** Says the path that it was opened at, and then whatever it hears. */
function echo(): UpgradeHandler {
  const server = new WebSocketServer({ noServer: true })
  return (request, socket, head) =>
    server.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.send(String(request.url))
      webSocket.on('message', (text) => webSocket.send(String(text)))
    })
}

function open(handle: UpgradeHandler, allowedOrigins: readonly string[] = []): UpgradeRoute {
  return { access: 'anyone', allowedOrigins, handle }
}

describe('WebSocket upgrades', { timeout: 30_000 }, () => {
  const failing: UpgradeHandler = () => {
    throw new Error('out of order')
  }
  const gateway = new HttpGateway({
    upgrades: {
      '/live': open(echo(), ['https://console.example']),
      '/mqtt': open(echo()),
      '/failing': open(failing),
    },
  })
  let webSockets: string

  before(async () => {
    await gateway.start()
    webSockets = gateway.url.replace('http', 'ws')
  })
  after(() => gateway.close())

  async function firstMessage(path: string, headers: Record<string, string> = {}): Promise<string> {
    const socket = new WebSocket(webSockets + path, { headers })
    const [message] = await once(socket, 'message')
    socket.close()
    await once(socket, 'close')
    return String(message)
  }

  /** Status and code of the answer to an upgrade request that is refused, after which the connection must end. */
  async function refusal(path: string, headers: Record<string, string>): Promise<[number, string]> {
    const all = { Host: new URL(gateway.url).host, ...headers, Upgrade: 'websocket', Connection: 'Upgrade' }
    const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13'
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
    const answer = await gateway.raw(`GET ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\n${key}\r\n\r\n`)
    const [head, body] = answer.split('\r\n\r\n')
    assert.match(head!, /application\/problem\+json/)
    return [Number(head!.slice(9, 12)), JSON.parse(body!).code]
  }

  it('reach the handler of their path, with or without a query', async () => {
    assert.equal(await firstMessage('/live'), '/live')
    assert.equal(await firstMessage('/mqtt?x=1'), '/mqtt?x=1')
  })

  it('elsewhere get 404 and the connection ends', async () => {
    assert.deepEqual(await refusal('/', {}), [404, 'LG_NOT_FOUND'])
    assert.deepEqual(await refusal('/live/x', {}), [404, 'LG_NOT_FOUND'])
    assert.deepEqual(await refusal('/constructor', {}), [404, 'LG_NOT_FOUND'])
  })

  it('from a page of another origin get 403', async () => {
    const { host, port } = new URL(gateway.url)
    const origins = ['https://evil.example', 'null', `http://${host}.evil.example`, 'http://127.0.0.1:1']
    for (const Origin of [...origins, `http://localhost:${port}`]) {
      assert.deepEqual(await refusal('/live', { Origin }), [403, 'LG_ORIGIN_REFUSED'], Origin)
      assert.deepEqual(await refusal('/mqtt', { Origin }), [403, 'LG_ORIGIN_REFUSED'], Origin)
    }
  })

  it('from the page that the gateway serves, or from an origin that is allowed, are taken', async () => {
    assert.equal(await firstMessage('/live', { Origin: gateway.url }), '/live')
    const Origin = 'https://console.example'
    assert.equal(await firstMessage('/live', { Origin }), '/live')
    assert.deepEqual(await refusal('/mqtt', { Origin }), [403, 'LG_ORIGIN_REFUSED'])
  })

  it('for a name that is not of this machine get 421', async () => {
    const rebound = { Host: 'evil.example', Origin: 'http://evil.example' }
    assert.deepEqual(await refusal('/live', rebound), [421, 'LG_HOST_REFUSED'])
  })

  it('get 500 when their handler fails, and the gateway goes on', async () => {
    assert.deepEqual(await refusal('/failing', {}), [500, 'LG_INTERNAL'])
    assert.equal(await firstMessage('/live'), '/live')
  })

  it('are asked for with 426 when the request is a plain one', async () => {
    const response = await gateway.get('/live')
    assert.equal(response.headers.get('upgrade'), 'websocket')
    await problemIn(response, 426, 'LG_UPGRADE_REQUIRED')
  })
})

describe('an upgraded connection', () => {
  it('stays open while nobody speaks, past the time after which a request has stalled', async () => {
    const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n'
    const upgrades = {
      '/echo': open((_request, socket) => {
        socket.write(switching)
        socket.pipe(socket)
      }),
    }
    const gateway = await new HttpGateway({ upgrades, options: { stalledAfterMs: 500 } }).start()
    const socket = connect(gateway.server.address!.port, '127.0.0.1')
    socket.setEncoding('utf8')
    socket.write('GET /echo HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    assert.deepEqual(await once(socket, 'data'), [switching])
    await new Promise((resolve) => setTimeout(resolve, 1_200))
    socket.write('still here')
    assert.deepEqual(await once(socket, 'data'), ['still here'])
    socket.destroy()
    await gateway.close()
  })
})
