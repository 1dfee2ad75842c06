import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttpServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { STORED, type Verdict } from '../../src/core/sink.js'
import { InfluxWriter } from '../../src/sinks/influx-writer.js'
import { freePort } from '../support/ports.js'
import { blocks, historyOf, ns } from './batches.js'
import { sinkOn } from './influxdb-sink.js'

const ONE = blocks(1, [`telemetry,device=imm-01 v=1 ${ns(0)}`])

async function listen(t: TestContext, server: Server): Promise<string> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The verdict on an answer that a real store gives only in trouble. */
async function verdictOn(t: TestContext, answer: RequestListener): Promise<Verdict> {
  const url = await listen(
    t,
    createHttpServer((request, response) => {
      request.resume().on('end', () => answer(request, response))
    }),
  )
  return sinkOn(t, url).write(ONE)
}

test('a refused connection is tried again', async (t) => {
  const verdict = await sinkOn(t, `http://127.0.0.1:${await freePort()}`).write(ONE)
  assert.ok(verdict.kind === 'retry')
  assert.match(verdict.reason, /ECONNREFUSED/)
})

test('a refused connection to a name of several addresses has a reason', async (t) => {
  const verdict = await sinkOn(t, `http://localhost:${await freePort()}`).write(ONE)
  assert.ok(verdict.kind === 'retry')
  assert.match(verdict.reason, /ECONNREFUSED/)
})

test('a connection that breaks before the answer is tried again', async (t) => {
  const verdict = await verdictOn(t, (request) => request.socket.destroy())
  assert.ok(verdict.kind === 'retry')
  assert.match(verdict.reason, /hang up|ECONNRESET/)
})

test('a store that takes the request and never answers is tried again after the timeout', async (t) => {
  const url = await listen(t, createServer())
  const verdict = await sinkOn(t, url, { timeoutMs: 150 }).write(ONE)
  assert.deepEqual(verdict, { kind: 'retry', reason: 'no answer within 150 ms' })
})

test('an answer that stops in the middle is tried again after the timeout', async (t) => {
  const url = await listen(
    t,
    createServer((socket) => socket.write('HTTP/1.1 204 No Content\r\nX-Half: ')),
  )
  assert.equal((await sinkOn(t, url, { timeoutMs: 150 }).write(ONE)).kind, 'retry')
  const halfBody = await listen(
    t,
    createServer((socket) => socket.write('HTTP/1.1 400 Bad Request\r\nContent-Length: 100\r\n\r\n{"err')),
  )
  assert.equal((await sinkOn(t, halfBody, { timeoutMs: 150 }).write(ONE)).kind, 'retry')
})

test('an idle connection that the store has closed costs no failure', async (t) => {
  let connections = 0
  const server = createServer((socket) => {
    connections++
    let requests = 0
    socket.on('data', () => {
      if (requests++ === 0) socket.write('HTTP/1.1 204 No Content\r\n\r\n')
      else socket.resetAndDestroy()
    })
    socket.on('error', () => socket.destroy())
  })
  const sink = sinkOn(t, await listen(t, server), { maxInFlight: 1 })
  assert.deepEqual(await sink.write(ONE), STORED)
  assert.deepEqual(await sink.write(ONE), STORED)
  assert.equal(connections, 2)
})

test('429 is tried again after the seconds of Retry-After', async (t) => {
  const verdict = await verdictOn(t, (_, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end('{"code":"too many requests","message":"slow down"}')
  })
  assert.deepEqual(verdict, { kind: 'retry', reason: 'slow down', afterMs: 7_000 })
})

test('503 is tried again, not before the date of Retry-After', async (t) => {
  const inAMinute = new Date(Date.now() + 60_000).toUTCString()
  const verdict = await verdictOn(t, (_, response) => {
    response.writeHead(503, { 'retry-after': inAMinute }).end('maintenance')
  })
  assert.ok(verdict.kind === 'retry' && verdict.afterMs !== undefined)
  assert.equal(verdict.reason, 'maintenance')
  assert.ok(verdict.afterMs > 30_000 && verdict.afterMs <= 60_000, String(verdict.afterMs))
})

test('500 is tried again in the words of the store, without a pause of its own', async (t) => {
  const verdict = await verdictOn(t, (_, response) => {
    response.writeHead(500).end('{"error":"timeout"}')
  })
  assert.deepEqual(verdict, { kind: 'retry', reason: 'timeout' })
})

test('an answer without words is named by its status', async (t) => {
  const verdict = await verdictOn(t, (_, response) => {
    response.writeHead(502).end()
  })
  assert.deepEqual(verdict, { kind: 'retry', reason: 'HTTP status 502' })
})

test('conditions that an operator mends are no fault of the points', async (t) => {
  for (const status of [401, 403, 404, 407, 408]) {
    const verdict = await verdictOn(t, (_, response) => {
      response.writeHead(status).end('{"error":"no"}')
    })
    assert.deepEqual(verdict, { kind: 'retry', reason: 'no' }, String(status))
  }
})

test('a body that is too large is rejected, so that halves are sent', async (t) => {
  const verdict = await verdictOn(t, (_, response) => {
    response.writeHead(413).end('{"error":"Request Entity Too Large"}')
  })
  assert.deepEqual(verdict, { kind: 'rejected', reason: 'Request Entity Too Large' })
})

test('what a newer store says about single lines is part of the reason', async (t) => {
  const body = {
    error: 'partial write of line protocol occurred',
    data: [{ line_number: 2, error_message: 'bad' }],
  }
  const verdict = await verdictOn(t, (_, response) => {
    response.writeHead(400).end(JSON.stringify(body))
  })
  assert.ok(verdict.kind === 'rejected')
  assert.match(verdict.reason, /^partial write of line protocol occurred: .*"line_number":2/)
})

test('a start and a history whose answers break off fail instead of waiting for ever', async (t) => {
  const url = await listen(
    t,
    createServer((socket) => {
      socket.on('error', () => socket.destroy())
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"res', () => socket.destroy())
      })
    }),
  )
  const sink = sinkOn(t, url, { timeoutMs: 200 })
  await assert.rejects(sink.query(historyOf('v')), /no answer within 200 ms/)
  await assert.rejects(sink.start(), /no answer within 200 ms/)
})

test('a large batch of many chunks arrives byte for byte, with its length', async (t) => {
  const { url, received } = await collecting(t)
  const line = `telemetry,device=imm-01 v=1 ${ns(0)}`
  const batch = blocks(1, ...Array.from({ length: 200 }, () => Array.from({ length: 300 }, () => line)))
  assert.deepEqual(await sinkOn(t, url).write(batch), STORED)
  assert.equal(received.headers['content-length'], String(batch.bytes))
  assert.ok(Buffer.concat(received.body).equals(Buffer.concat(batch.chunks)))
})

test('to another machine the body is compressed', async (t) => {
  const { url, received } = await collecting(t)
  // A name that is not loopback, and that every machine resolves to itself.
  const address = new URL(url.replace('127.0.0.1', '0.0.0.0'))
  const writer = new InfluxWriter({ url: address, headers: {}, timeoutMs: 5_000, maxSockets: 1 })
  t.after(() => writer.close())
  const batch = blocks(
    1,
    Array.from({ length: 500 }, (_, i) => `telemetry,device=imm-01 v=${i} ${ns(i)}`),
  )
  assert.equal((await writer.post(batch.chunks, batch.bytes)).status, 204)
  assert.equal(received.headers['content-encoding'], 'gzip')
  const body = Buffer.concat(received.body)
  assert.equal(received.headers['content-length'], String(body.length))
  assert.ok(body.length < batch.bytes / 3, `${body.length} of ${batch.bytes} bytes`)
  assert.ok(gunzipSync(body).equals(Buffer.concat(batch.chunks)))
})

test('versions 2 and 3 write to the v2 address with their token, and ask with it', async (t) => {
  const { url, received } = await collecting(t)
  const options = { org: 'plant 1', bucket: 'fac/tory', token: 'se cret' } as const
  for (const version of [2, 3] as const) {
    assert.deepEqual(await sinkOn(t, `${url}/prefix/`, { version, ...options }).write(ONE), STORED)
    assert.equal(received.path, '/prefix/api/v2/write?org=plant+1&bucket=fac%2Ftory&precision=ns')
    assert.equal(received.headers.authorization, 'Token se cret')
    await assert.rejects(sinkOn(t, `${url}/prefix/`, { version, ...options }).query(historyOf('v')))
    assert.equal(received.path, '/prefix/query')
    assert.equal(received.headers.authorization, 'Token se cret')
    assert.equal(new URLSearchParams(Buffer.concat(received.body).toString()).get('db'), 'fac/tory')
  }
})

interface Received {
  path: string
  headers: Record<string, unknown>
  body: Buffer[]
}

/** A server that stores what it is sent last and answers 204. */
async function collecting(t: TestContext): Promise<{ url: string; received: Received }> {
  const received: Received = { path: '', headers: {}, body: [] }
  const server = createHttpServer((request, response) => {
    received.path = request.url ?? ''
    received.headers = request.headers
    received.body = []
    request.on('data', (chunk: Buffer) => received.body.push(chunk))
    request.on('end', () => response.writeHead(204).end())
  })
  return { url: await listen(t, server), received }
}
