import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { HttpGateway } from '../../support/http-gateway.js'

let gateway: HttpGateway

before(async () => {
  gateway = await new HttpGateway({ options: { headersTimeoutMs: 300, requestTimeoutMs: 600 } }).start()
})
after(() => gateway.close())

const BODY =
  'POST /api/v1/try HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n'

for (const [what, start] of [
  ['its headers', 'GET /api/v1/ledger HTTP/1.1\r\nhost: 127.0.0.1\r\nx-slow: '],
  ['its body', BODY],
] as const) {
  test(`a client that sends ${what} byte by byte is cut off, and others are served meanwhile`, async () => {
    const { hostname, port } = new URL(gateway.url)
    const socket = connect(Number(port), hostname)
    const closed = once(socket, 'close')
    let isClosed = false
    void closed.then(() => {
      isClosed = true
    })
    socket.on('error', () => undefined)
    socket.resume()
    socket.write(start)
    // Never silent, and never done: 1,000 bytes at this pace are more than a minute.
    const drip = setInterval(() => socket.write(' '), 70)
    let served = 0
    // Ended by the test's own limit if it never closes.
    while (!isClosed) {
      const answer = await fetch(`${gateway.url}/healthz`)
      assert.equal(answer.status, 200)
      served++
      await new Promise((resolve) => setTimeout(resolve, 50))
      if (served > 400) break
    }
    clearInterval(drip)
    socket.destroy()
    assert.ok(isClosed, 'it was let go on for as long as it liked')
    assert.ok(served > 0)
  })
}
