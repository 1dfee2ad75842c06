import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { HttpGateway } from '../support/http-gateway.js'
import { linegate } from '../support/terminal.js'

describe('commands that read from a gateway', () => {
  let gateway: HttpGateway
  before(async () => {
    gateway = await new HttpGateway().start()
    gateway.receive('ningbo/moulding/line1/imm-01', 1_200)
    gateway.receive('宁波/注塑/一线/注塑机-01', 3)
    gateway.receive('', 2)
    gateway.receiveUndecodable('ningbo/moulding/line1/imm-01')
    gateway.receiveUndecodable('ningbo/port/quay/crane-1', {
      reason: { code: 'malformed', message: 'control \x1b[2J characters' },
      payload: Buffer.from('{"a":\x1b[2J}\nsecond'),
    })
    await gateway.flush()
  })
  after(() => gateway.close())

  const run = (argv: readonly string[]) => linegate([...argv, '--url', gateway.url])

  test('ledger shows totals, devices by path, messages of no device, and sinks', async () => {
    const { exitCode, output } = await run(['ledger'])
    assert.equal(exitCode, 0)
    const cells = output.split('\n').map((line) => line.split(/ {2,}/))
    const row = (name: string) => cells.find(([first]) => first === name)?.slice(1)
    assert.deepEqual(row('(all)'), ['1,207', '1,203', '2', '2', '0', '1,203', '0', '0', '0', '1,203'])
    assert.deepEqual(row('ningbo/moulding/line1/imm-01')?.slice(0, 4), ['1,201', '1,200', '0', '1'])
    assert.deepEqual(row('宁波/注塑/一线/注塑机-01')?.slice(0, 2), ['3', '3'])
    assert.deepEqual(row('(no device)')?.slice(0, 3), ['2', '0', '2'])
    assert.deepEqual(row('local *'), ['duckdb', 'ok', '3', '0', '4', '1.5 s'])
  })

  test('ledger shows one device', async () => {
    const { output } = await run(['ledger', '--device', 'imm-01'])
    assert.match(output, /^ningbo\/moulding\/line1\/imm-01 /m)
    assert.doesNotMatch(output, /crane-1|注塑机/)
  })

  test('ledger gives all of it as JSON', async () => {
    const { output } = await run(['ledger', '--json'])
    const { totals, devices } = JSON.parse(output)
    assert.equal(totals.messages.received, 1_207)
    assert.equal(devices.length, 4)
  })

  test('ledger says so when the device is not known, with what to do', async () => {
    const { exitCode, errors } = await run(['ledger', '--device', 'nobody'])
    assert.equal(exitCode, 1)
    assert.match(errors, /^LG_DEVICE_UNKNOWN: No device nobody has been seen\.\nWhat to do: /)
  })

  test('dead-letters list shows the newest first, harmless to the terminal', async () => {
    const { exitCode, output, errors } = await run(['dead-letters', 'list'])
    assert.equal(exitCode, 0)
    const ids = Array.from(output.matchAll(/^(\d+) /gm), ([, id]) => Number(id))
    assert.deepEqual(ids, [2, 1])
    assert.match(output, /ningbo\/port\/quay\/crane-1 +malformed +control \\u001b\[2J characters/)
    assert.equal(errors, '')
  })

  test('dead-letters list narrows, and tells when there are more', async () => {
    const narrowed = await run(['dead-letters', 'list', '--topic', 'factory/+/moulding/#'])
    assert.match(narrowed.output, /imm-01/)
    assert.doesNotMatch(narrowed.output, /crane-1/)
    const limited = await run(['dead-letters', 'list', '--limit', '1', '--json'])
    assert.deepEqual(
      JSON.parse(limited.output).map(({ id }: { id: number }) => id),
      [2],
    )
    const cut = await run(['dead-letters', 'list', '--limit', '1'])
    assert.match(cut.errors, /The newest 1 are shown/)
    const none = await run(['dead-letters', 'list', '--topic', 'no/such/topic'])
    assert.equal(none.output, 'No dead letters.\n')
  })

  test('dead-letters show gives all of a letter, line by line', async () => {
    const { exitCode, output } = await run(['dead-letters', 'show', '2'])
    assert.equal(exitCode, 0)
    assert.match(output, /^topic +factory\/ningbo\/port\/quay\/crane-1\/telemetry$/m)
    assert.match(output, /^QoS +1$/m)
    assert.ok(output.endsWith('\n\n{"a":\\u001b[2J}\nsecond\n'))
    assert.ok(!output.includes('\x1b'))
  })

  test('dead-letters show says so when there is no such letter', async () => {
    const { exitCode, errors } = await run(['dead-letters', 'show', '99'])
    assert.equal(exitCode, 1)
    assert.match(errors, /^LG_DEAD_LETTER_UNKNOWN: /)
  })

  test('spool shows what waits and how far each sink is', async () => {
    const { exitCode, output } = await run(['spool'])
    assert.equal(exitCode, 0)
    assert.match(output, new RegExp(`^id +${gateway.spool.id}$`, 'm'))
    assert.match(output, /^points pending +1,203$/m)
    assert.match(output, /^local \* +duckdb +ok/m)
    assert.equal(JSON.parse((await run(['spool', '--json'])).output).spoolId, gateway.spool.id)
  })
})

test('something else that answers at the address is not taken for a gateway', async () => {
  const server = createServer((_, response) => response.writeHead(404).end('<h1>Not here</h1>'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const { exitCode, errors } = await linegate(['ledger', '--url', url])
  server.closeAllConnections()
  server.close()
  assert.equal(exitCode, 1)
  assert.match(errors, /^LG_GATEWAY_UNREACHABLE: .*something else answers there \(HTTP 404\)/)
})

test('more devices than one page are all in the ledger, once', async () => {
  const gateway = await new HttpGateway().start()
  for (let n = 0; n < 1_005; n++) gateway.receive(`site/area/line/device-${n}`)
  await gateway.flush()
  const { output } = await linegate(['ledger', '--url', gateway.url])
  await gateway.close()
  assert.equal(new Set(output.match(/device-\d+/g)).size, 1_005)
  assert.equal(output.match(/device-\d+/g)?.length, 1_005)
})
