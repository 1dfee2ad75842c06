import assert from 'node:assert/strict'
import { afterEach, beforeEach, test } from 'node:test'
import type { Language } from '../../src/cli/texts.js'
import { MENDED, ReplayingGateway } from '../support/replaying-gateway.js'
import { linegate } from '../support/terminal.js'

const IMM = 'ningbo/moulding/line1/imm-01'
let gateway: ReplayingGateway

beforeEach(async () => {
  gateway = new ReplayingGateway()
  await gateway.http.start()
  gateway.http.receiveUndecodable(IMM, { payload: Buffer.from(MENDED) })
  gateway.http.receiveUndecodable(IMM, { timeMs: Date.now() - 3_600_000 })
  gateway.http.receiveUndecodable('ningbo/port/q1/crane-1', {
    payload: Buffer.from('\x00\xff{"temperature":21.5}', 'latin1'),
  })
  await gateway.http.flush()
})
afterEach(() => gateway.close())

const run = (argv: readonly string[], language: Language = 'en') =>
  linegate(['dead-letters', ...argv, '--url', gateway.http.url], language)

const count = () => gateway.http.spool.deadLetters.count

test('a payload that is not text is shown as a hex dump', async () => {
  const { output } = await run(['show', '3'])
  assert.match(output, /^size +22 B$/m)
  assert.ok(
    output.endsWith(
      '\n\n00000000  00 ff 7b 22 74 65 6d 70  65 72 61 74 75 72 65 22  |..{"temperature"|\n' +
        '00000010  3a 32 31 2e 35 7d                                 |:21.5}|\n',
    ),
    output,
  )
})

test('a list is narrowed by time and topic filter', async () => {
  const ids = async (...argv: string[]) =>
    JSON.parse((await run(['list', '--json', ...argv])).output).map(({ id }: { id: number }) => id)
  assert.deepEqual(await ids('--from', '2h', '--to', '30m'), [2])
  assert.deepEqual(await ids('--to', '2023-12-01T00:00:00Z', '--topic', 'factory/+/moulding/#'), [1])
  const { exitCode, errors } = await run(['list', '--from', 'yesterday'])
  assert.equal(exitCode, 2)
  assert.match(errors, /Give a time before now such as 2h/)
})

test('a replay says what became of the letters', async () => {
  const { exitCode, output } = await run(['replay', '--device', 'imm-01'])
  assert.equal(exitCode, 0)
  assert.equal(output, 'replayed 1\nrefused again 1 (bad_type)\n')
  assert.equal(count(), 2)
  const chinese = await run(['replay', '--all'], 'zh')
  assert.equal(chinese.output, '已重放 0\n再次拒绝 2（bad_type）\n')
})

test('a dry run of a replay lists the letters with what would become of them', async () => {
  const { output } = await run(['replay', '1', '2', '--dry-run'])
  assert.match(output, /^Nothing was changed/)
  assert.match(output, /^1 +would be replayed +0$/m)
  assert.match(output, /^2 +would be refused again +0 +bad_type +still not$/m)
  assert.doesNotMatch(output, /^3 /m)
  const { letters } = JSON.parse((await run(['replay', '--all', '--dry-run', '--json'])).output)
  assert.equal(letters.length, 3)
  assert.equal(count(), 3)
})

test('a replay wants to be told of what: ids or options', async () => {
  for (const argv of [['replay'], ['replay', '1', '--all']]) {
    const { exitCode, errors } = await run(argv)
    assert.equal(exitCode, 2)
    assert.match(errors, /ids/)
  }
})

test('a purge asks before it removes anything, unless it is told not to', async () => {
  const unasked = await run(['purge', '--reason', 'malformed'])
  assert.equal(unasked.exitCode, 2)
  assert.match(unasked.errors, /Nothing was purged: answer on a terminal, or give --yes/)
  const preview = await run(['purge', '--device', 'imm-01', '--dry-run'])
  assert.equal(preview.output, '2 letters (7 B) would be purged\n')
  assert.equal(count(), 3)
  const purged = await run(['purge', '--device', 'imm-01', '--yes'])
  assert.deepEqual([purged.exitCode, purged.output, count()], [0, '2 letters purged (7 B)\n', 1])
  const { exitCode, errors } = await run(['purge', '--yes'])
  assert.equal(exitCode, 2)
  assert.match(errors, /select what to purge/)
})

test('the summary shows letters by reason, and what is gone', async () => {
  await run(['purge', '--device', 'crane-1', '--yes'])
  const { output } = await run(['summary'])
  assert.match(output, /^letters +2$/m)
  assert.match(output, /^malformed +2$/m)
  assert.match(output, /^purged by operators +1 \(22 B\)$/m)
  assert.equal(JSON.parse((await run(['summary', '--json'])).output).purged.count, 1)
})
