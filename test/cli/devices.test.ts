import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { displayWidth } from '../../src/cli/width.js'
import { HttpGateway } from '../support/http-gateway.js'
import { linegate, RecordedTerminal, startLinegate } from '../support/terminal.js'

describe('devices', () => {
  const gateway = new HttpGateway()
  const directory = mkdtempSync(join(tmpdir(), 'linegate-cli-'))

  before(async () => {
    await gateway.start()
    await gateway.devices.put('imm-01', {
      name: { zh: '一号注塑机', en: 'Moulding machine 1' },
      site: 'ningbo',
      area: 'moulding',
      line: 'line1',
      sector: '29',
      expectedIntervalMs: 1000,
      labels: { owner: 'zhang' },
    })
    gateway.receive('ningbo/dock/berth1/crane-1', 2)
    gateway.receive('ningbo/dock/berth1/crane-2', 2)
    await gateway.flush()
  })
  after(async () => {
    await gateway.close()
    rmSync(directory, { recursive: true })
  })

  const run = (...argv: string[]) => linegate(['devices', ...argv, '--url', gateway.url])
  const statusOf = (id: string) => gateway.devices.record(gateway.devices.byId(id)?.slot ?? 0)?.status

  function fileWith(name: string, text: string): string {
    const file = join(directory, name)
    writeFileSync(file, text)
    return file
  }

  test('list shows id, place, name and status, one device a line', async () => {
    const { exitCode, output, errors } = await run('list')
    assert.deepEqual([exitCode, errors], [0, ''])
    const cells = output.split('\n').map((line) => line.split(/ {2,}/))
    assert.deepEqual(cells[0], ['id', 'place', 'name', 'status', 'last received'])
    assert.deepEqual(cells[1]?.slice(0, 4), [
      'imm-01',
      'ningbo/moulding/line1/imm-01',
      'Moulding machine 1',
      'confirmed',
    ])
    assert.match(output, /^crane-1 +ningbo\/dock\/berth1\/crane-1 +discovered +20\d\d-/m)
  })

  test('list narrows, sorts, limits and says that there are more', async () => {
    const discovered = await run('list', '--status', 'discovered', '--sort', '-id')
    assert.deepEqual(discovered.output.match(/^crane-\d/gm), ['crane-2', 'crane-1'])
    assert.match((await run('list', '--label', 'owner=zhang')).output, /^imm-01/m)
    assert.match((await run('list', '--scope', 'ningbo/moulding')).output, /^imm-01/m)
    assert.equal((await run('list', '--text', 'nothing like it')).output, 'No devices.\n')
    const one = await run('list', '--limit', '1')
    assert.match(one.errors, /The first 1 are shown; --limit shows more/)
    const json = JSON.parse((await run('list', '--json', '--text', '注塑')).output)
    assert.deepEqual(
      json.map(({ id }: { id: string }) => id),
      ['imm-01'],
    )
  })

  test('list fits the terminal, in Chinese too', async () => {
    for (const columns of [80, 60]) {
      const terminal = Object.assign(new RecordedTerminal(), { outIsTty: true, columns })
      await startLinegate(
        ['devices', 'list', '--url', gateway.url],
        terminal,
        new AbortController().signal,
        'zh',
      )
      const lines = terminal.output.trimEnd().split('\n')
      assert.equal(lines.length, 4)
      assert.ok(terminal.output.includes('…'))
      for (const line of lines) assert.ok(displayWidth(line) <= columns, line)
    }
  })

  test('show prints all of a device', async () => {
    const { exitCode, output } = await run('show', 'imm-01')
    assert.equal(exitCode, 0)
    assert.match(output, /^place +ningbo\/moulding\/line1\/imm-01$/m)
    assert.match(output, /^name \(zh\) +一号注塑机$/m)
    assert.match(output, /^expected every +1\.0 s$/m)
    assert.match(output, /^labels +owner=zhang$/m)
    assert.match(output, /^revision +1$/m)
    assert.equal(JSON.parse((await run('show', 'imm-01', '--json')).output).sector, '29')
    const unknown = await run('show', 'a/b?')
    assert.deepEqual(
      [unknown.exitCode, unknown.errors.split('\n')[0]],
      [1, 'LG_DEVICE_ID_UNKNOWN: No device has the id a/b?.'],
    )
  })

  test('confirm, reject and remove act upon each of the ids, up to the first that is not known', async () => {
    const { output } = await run('confirm', 'crane-1', 'crane-2')
    assert.equal(output, 'crane-1  confirmed\ncrane-2  confirmed\n')
    assert.deepEqual([statusOf('crane-1'), statusOf('crane-2')], ['confirmed', 'confirmed'])
    await run('reject', 'crane-1')
    assert.equal(statusOf('crane-1'), 'rejected')
    const removed = await run('remove', 'crane-1', 'nobody', 'crane-2')
    assert.deepEqual([removed.exitCode, removed.output], [1, 'crane-1  removed\n'])
    assert.match(removed.errors, /^LG_DEVICE_ID_UNKNOWN/)
    assert.deepEqual([statusOf('crane-1'), statusOf('crane-2')], [undefined, 'confirmed'])
  })

  test('--discovered means all that were discovered, of a place if one is named; naming nothing is a mistake', async () => {
    for (const device of ['found-1', 'found-2']) {
      gateway.devices.meet({ site: 'suzhou', area: 'smt', line: device, device })
    }
    const { output } = await run('confirm', '--discovered', '--scope', 'suzhou/smt/found-1')
    assert.equal(output, 'found-1  confirmed\n')
    assert.equal((await run('reject', '--discovered')).output, 'found-2  rejected\n')
    assert.equal((await run('remove', 'found-1', 'found-2')).exitCode, 0)
    const nothing = await run('confirm')
    assert.notEqual(nothing.exitCode, 0)
    assert.match(nothing.errors, /--discovered/)
  })

  test('import registers the table of a file, by its ending, and only says so with --dry-run', async () => {
    const csv = fileWith('devices.CSV', 'id,site\nnew-1,suzhou\nimm-01,\n')
    const dry = await run('import', csv, '--dry-run')
    assert.match(dry.output, /^Nothing was changed; .*\n1 created, 0 changed, 1 unchanged\n$/)
    assert.equal(statusOf('new-1'), undefined)
    assert.equal((await run('import', csv)).output, '1 created, 0 changed, 1 unchanged\n')
    const yaml = fileWith('devices.yaml', 'devices:\n  new-2: { site: suzhou }\n')
    assert.equal(JSON.parse((await run('import', yaml, '--json')).output).created, 1)
    assert.deepEqual([statusOf('new-1'), statusOf('new-2')], ['confirmed', 'confirmed'])
  })

  test('import lists every bad row, with exit code 2', async () => {
    const file = fileWith('bad.csv', 'id,sector,expectedIntervalMs\nnew-3,98,1\nnew-4,29,x\n')
    const { exitCode, errors } = await run('import', file)
    assert.equal(exitCode, 2)
    assert.match(
      errors,
      /^LG_DEVICE_TABLE_INVALID: The table of devices has 2 mistake\(s\), and nothing was changed:\n/,
    )
    assert.match(errors, /\n {2}line 2, column 2, sector: is not a division/)
    assert.match(errors, /\n {2}line 3, column 3, expectedIntervalMs: is not a whole number/)
    assert.equal(statusOf('new-3'), undefined)
    const missing = await run('import', join(directory, 'missing.csv'))
    assert.deepEqual([missing.exitCode, missing.errors.slice(0, 26)], [2, 'LG_DEVICE_TABLE_UNREADABLE'])
  })

  test('export prints a table that import takes for the same devices', async () => {
    for (const format of ['yaml', 'csv']) {
      const { output, exitCode } = await run('export', '--format', format)
      assert.equal(exitCode, 0)
      const file = fileWith(`exported.${format}`, output)
      assert.match((await run('import', file)).output, /^0 created, 0 changed, \d unchanged\n$/)
    }
    assert.match((await run('export')).output, /^devices:\n {2}"imm-01": \{"status":"confirmed",/)
    assert.ok((await run('export', '--format', 'csv')).output.startsWith('\uFEFFid,'))
  })
})

test('commands for devices say so when no gateway answers', async () => {
  for (const argv of [['list'], ['confirm', 'x'], ['export']]) {
    const { exitCode, errors } = await linegate(['devices', ...argv, '--url', 'http://127.0.0.1:9'])
    assert.equal(exitCode, 1)
    assert.match(errors, /^LG_GATEWAY_UNREACHABLE/)
  }
})
