import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { WebSocket, WebSocketServer } from 'ws'
import { GatewayError } from '../../src/core/errors.js'
import type { HistoryRow } from '../../src/core/sink.js'
import { HttpServer } from '../../src/http/server.js'
import { HttpGateway } from '../support/http-gateway.js'

describe('HttpServer', () => {
  it('says host, port and cause when the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    const { port } = other.address() as { port: number }
    const gateway = new HttpGateway()
    const server = new HttpServer({ ...gateway.inputs(), port })
    await assert.rejects(server.start(), (error: unknown) => {
      assert.ok(error instanceof GatewayError)
      assert.equal(error.code, 'LG_LISTEN_FAILED')
      assert.match(error.message, new RegExp(`127\\.0\\.0\\.1:${port}: .*EADDRINUSE`))
      return true
    })
    await server.close()
    await gateway.close()
    other.close()
  })

  it('has no address before it started, and a whole one then', async () => {
    const gateway = new HttpGateway()
    assert.equal(gateway.server.url, undefined)
    await gateway.start()
    const { address, port } = gateway.server.address!
    assert.equal(address, '127.0.0.1')
    assert.equal(gateway.server.url, `http://127.0.0.1:${port}`)
    await gateway.close()
  })

  it('ends idle connections when it closes, and answers what is on its way', {
    timeout: 30_000,
  }, async () => {
    const store = new SlowStore()
    const gateway = new HttpGateway({
      stores: [store],
      options: { closeGraceMs: 60_000, keepAliveTimeoutMs: 60_000 },
    })
    await gateway.start()
    gateway.meet('a/b/c/d')
    const agent = new Agent({ keepAlive: true })
    await request(agent, `${gateway.url}/healthz`)
    const history = request(agent, `${gateway.url}/api/v1/history?device=d&field=f`)
    const idle = new Agent({ keepAlive: true })
    await request(idle, `${gateway.url}/healthz`)
    const answer = await store.asked
    const closed = gateway.server.close()
    answer([])
    const { statusCode, headers } = await history
    assert.deepEqual([statusCode, headers.connection], [200, 'close'])
    await closed
    await gateway.close()
  })

  it('cuts answers and WebSockets that outlast the grace period', { timeout: 30_000 }, async () => {
    const webSockets = new WebSocketServer({ noServer: true })
    const gateway = new HttpGateway({
      stores: [{ name: 'stuck', query: () => new Promise(() => undefined) }],
      upgrades: {
        '/live': {
          access: 'anyone',
          allowedOrigins: [],
          handle: (request, socket, head) =>
            webSockets.handleUpgrade(request, socket, head, (webSocket) => webSocket.send('')),
        },
      },
      options: { closeGraceMs: 20 },
    })
    await gateway.start()
    gateway.meet('a/b/c/d')
    const history = gateway.get('/api/v1/history?device=d&field=f')
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/live`)
    await once(socket, 'message')
    const gone = once(socket, 'close')
    const cut = assert.rejects(history)
    await gateway.server.close()
    await Promise.all([gone, cut])
    await assert.rejects(gateway.get('/healthz'))
    await gateway.close()
  })

  it('is not ready while it closes', { timeout: 30_000 }, async () => {
    const gateway = await new HttpGateway({ options: { closeGraceMs: 60_000 } }).start()
    const socket = connect(gateway.server.address!.port, '127.0.0.1')
    let answer = ''
    socket.on('data', (bytes) => {
      answer += bytes
    })
    await new Promise((resolve) => socket.write('GET /readyz HTTP/1.1\r\nHost: localhost\r\n', resolve))
    // The first half of the request is with the server when a later request has been answered.
    await gateway.get('/healthz')
    const closed = gateway.server.close()
    socket.write('\r\n')
    await Promise.all([once(socket, 'close'), closed])
    assert.match(answer, /^HTTP\/1\.1 503 [\s\S]*not ready/)
    await gateway.close()
  })
})

/** Answers when it is told to. */
class SlowStore {
  readonly name = 'slow'
  readonly asked: Promise<(rows: HistoryRow[]) => void>
  #onAsked: (answer: (rows: HistoryRow[]) => void) => void = () => undefined

  constructor() {
    this.asked = new Promise((resolve) => {
      this.#onAsked = resolve
    })
  }

  query(): Promise<HistoryRow[]> {
    return new Promise((resolve) => this.#onAsked(resolve))
  }
}

async function request(agent: Agent, url: string): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}
