import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, test } from 'node:test'
import { WebSocketServer } from 'ws'
import { type LiveServer, startLive } from '../support/live.js'
import { RecordedTerminal, startLinegate } from '../support/terminal.js'
import { sinkStatus, ViewsInMemory } from '../support/views.js'

const DEVICE = 'ningbo/moulding/line1/imm-01'

interface Tail {
  readonly terminal: RecordedTerminal
  /** Ends the command and gives its exit code. */
  stop(): Promise<number>
}

function startTail(port: number, ...argv: readonly string[]): Tail {
  const terminal = new RecordedTerminal()
  const interruption = new AbortController()
  const url = ['--url', `http://127.0.0.1:${port}`]
  const ended = startLinegate(['tail', ...url, '--interval', '100ms', ...argv], terminal, interruption.signal)
  const stop = () => {
    interruption.abort()
    return ended
  }
  return { terminal, stop }
}

async function withLive(
  test: (live: LiveServer, views: ViewsInMemory, slot: number) => Promise<void>,
): Promise<void> {
  const views = new ViewsInMemory()
  views.sinkStatuses = [sinkStatus()]
  const slot = views.addDevice(DEVICE)
  const live = await startLive(views)
  try {
    await test(live, views, slot)
  } finally {
    await live.close()
  }
}

describe('linegate tail', () => {
  test('follows the counts until it is stopped', () =>
    withLive(async (live, views, slot) => {
      const { terminal, stop } = startTail(live.port)
      await terminal.shows('received 0 ')
      views.receive(slot, 1_500)
      await terminal.shows('received 1,500 ')
      assert.equal(await stop(), 0)
      assert.match(terminal.output, /^\d\d:\d\d:\d\d {2}received 1,500 .* devices 1 of 1 active$/m)
      assert.equal(terminal.errors, '')
    }))

  test('follows the values of a scope', () =>
    withLive(async (live, views, slot) => {
      const { terminal, stop } = startTail(live.port, '--topic', 'values', '--scope', DEVICE)
      views.report(slot, 'temperature', 213.4)
      await terminal.shows('telemetry.temperature = 213.4')
      await stop()
      assert.ok(terminal.output.includes(`  ${DEVICE}  telemetry.temperature = 213.4\n`))
    }))

  test('prints each dead letter once', () =>
    withLive(async (live, views, slot) => {
      views.receiveUndecodable(slot, 'malformed')
      const { terminal, stop } = startTail(live.port, '--topic', 'deadLetters')
      await terminal.shows('#1  ')
      views.receiveUndecodable(slot, 'bad_type')
      await terminal.shows('#2  ')
      await stop()
      assert.equal(terminal.output.match(/#1 /g)?.length, 1)
      assert.match(
        terminal.output,
        /#2 {2}ningbo\/moulding\/line1\/imm-01 {2}bad_type: The payload is not JSON/,
      )
    }))

  test('gives the frames as they are with --json', () =>
    withLive(async (live) => {
      const { terminal, stop } = startTail(live.port, '--json')
      await terminal.shows('\n')
      await stop()
      const { type, topic, data } = JSON.parse(terminal.output.split('\n')[0]!)
      assert.deepEqual([type, topic, data.sinks.length], ['snapshot', 'counts', 1])
    }))

  test('connects again after the gateway was away', () =>
    withLive(async (live, views, slot) => {
      const { terminal, stop } = startTail(live.port)
      await terminal.shows('received 0 ')
      await live.close()
      await terminal.shows('The connection was lost')
      views.receive(slot, 7)
      const again = await startLive(views, {}, { port: live.port })
      await terminal.shows('Connected again.')
      await terminal.shows('received 7 ')
      assert.equal(await stop(), 0)
      await again.close()
      assert.equal(terminal.errors.match(/The connection was lost/g)?.length, 1)
    }))

  test('takes a connection that falls silent for lost', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, path: '/live' })
    await once(server, 'listening')
    const hello = { type: 'hello', protocolVersion: 1, gatewayId: 'x', time: '', heartbeatMs: 20 }
    server.on('connection', (socket) => socket.send(JSON.stringify(hello)))
    const { terminal, stop } = startTail((server.address() as { port: number }).port)
    await terminal.shows('The connection was lost (it fell silent)')
    assert.equal(await stop(), 0)
    server.close()
  })

  test('ends with the error of a subscription that is refused', () =>
    withLive(async (live) => {
      const { terminal, stop } = startTail(live.port, '--scope', 'a//b')
      await terminal.shows('LG_')
      assert.equal(await stop(), 1)
      assert.match(terminal.errors, /^LG_LIVE_\w+: /)
    }))
})
