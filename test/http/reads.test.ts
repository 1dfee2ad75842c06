import assert from 'node:assert/strict'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import type { AuditEvent } from '../../src/core/audit.js'
import { HttpServer } from '../../src/http/server.js'
import { HttpGateway } from '../support/http-gateway.js'

for (const auditReads of [true, false]) {
  test(`who reads is ${auditReads ? '' : 'not '}on record, as configured`, async () => {
    const events: AuditEvent[] = []
    const gateway = new HttpGateway()
    const server = new HttpServer({
      ...gateway.inputs(),
      audit: { record: (event) => events.push(event) },
      upgrades: {
        '/live': {
          access: { role: 'viewer', scope: 'tree' },
          allowedOrigins: [],
          handle: (_request, socket) => socket.end('HTTP/1.1 503 Unavailable\r\n\r\n'),
        },
      },
      options: { auditReads },
    })
    await server.start()
    try {
      await (await fetch(`${server.url}/api/v1/ledger?limit=1`)).text()
      await (await fetch(`${server.url}/healthz`)).text()
      await new Promise((resolve) => new WebSocket(`${server.url}/live`).once('error', resolve))
    } finally {
      await server.close()
      await gateway.close()
    }
    const read = { id: 'read', result: 'success', actor: 'local', address: '127.0.0.1' } as const
    const expected = ['/api/v1/ledger', '/live'].map((target) => ({ ...read, target }))
    assert.deepEqual(events, auditReads ? expected : [])
  })
}
