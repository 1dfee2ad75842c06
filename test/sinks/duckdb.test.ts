import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { DuckDBInstance } from '@duckdb/node-api'
import fc from 'fast-check'
import { encodePoint, seriesKey } from '../../src/core/line-protocol.js'
import { silentLogger } from '../../src/core/logger.js'
import { FieldType, PointBatch } from '../../src/core/point-batch.js'
import { STORED } from '../../src/core/sink.js'
import { DuckDbSink } from '../../src/sinks/duckdb.js'
import { ThreadCalls } from '../../src/sinks/duckdb-calls.js'
import { at, blocks, historyOf, ns, partOf } from './batches.js'

const directory = mkdtempSync(join(tmpdir(), 'linegate-duckdb-'))
let files = 0

after(() => rmSync(directory, { recursive: true }))

function newFile(): string {
  return join(directory, `${++files}.duckdb`)
}

function sinkOn(t: TestContext, file: string): DuckDbSink {
  const sink = new DuckDbSink({ name: 'local', type: 'duckdb', file }, silentLogger)
  t.after(() => sink.close())
  return sink
}

/** Values of all floats as they stand in the file, in the order of writing; rows that are there twice stand twice. */
async function floatsIn(file: string): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(file, { access_mode: 'READ_ONLY' })
  const connection = await instance.connect()
  const sql = "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'floats_%'"
  const values: unknown[] = []
  for (const [table] of (await connection.runAndReadAll(sql)).getRows()) {
    const rows = (await connection.runAndReadAll(`SELECT value FROM ${table} ORDER BY rowid`)).getRows()
    values.push(...rows.map(([value]) => value))
  }
  connection.closeSync()
  instance.closeSync()
  return values
}

function line(value: number | string): string {
  return `telemetry,device=imm-01 v=${value} ${ns(typeof value === 'number' ? value : 59)}`
}

test('a line that cannot be stored is rejected with its reason, and nothing of its batch is stored', async (t) => {
  const sink = sinkOn(t, newFile())
  const poison = {
    'v=': /value expected/,
    'v=1,': /"=" expected/,
    'v=99999999999999999999i': /more than 64 bits/,
    'v=1e999': /float 1e999 is out of range/,
    'v="open': /string is not closed/,
  }
  for (const [fields, reason] of Object.entries(poison)) {
    const verdict = await sink.write(
      blocks(1, [line(1)], [line(2), `telemetry,device=imm-01 ${fields} ${ns(3)}`]),
    )
    assert.ok(verdict.kind === 'rejected', fields)
    assert.match(verdict.reason, reason)
  }
  for (const time of ['', '1.5', '99999999999999999999', '9223372036854775807']) {
    const verdict = await sink.write(blocks(1, [line(1)], [`telemetry,device=imm-01 v=1 ${time}`]))
    assert.equal(verdict.kind, 'rejected', time)
  }
  assert.deepEqual(await sink.query(historyOf('v')), [])
})

test('after a rejection every line of the batch but the poison is stored exactly once', async (t) => {
  const file = newFile()
  const sink = sinkOn(t, file)
  const whole = blocks(5, [line(1), line(2), line('bad'), line(3)], [line(4)])
  assert.equal((await sink.write(whole)).kind, 'rejected')
  const part = (index: number, sequence: number, lines: readonly (number | string)[], isLast = false) =>
    sink.write(partOf(whole, sequence, lines.map(line), { index, isLast }))
  assert.deepEqual(await part(0, 5, [1, 2]), STORED)
  assert.equal((await part(1, 5, ['bad'])).kind, 'rejected')
  assert.deepEqual(await part(2, 5, [3]), STORED)
  assert.deepEqual(await part(3, 6, [4], true), STORED)
  assert.deepEqual(await sink.write(blocks(7, [line(5)])), STORED)
  await sink.close()
  assert.deepEqual(await floatsIn(file), [1, 2, 3, 4, 5])
})

test('a crash between the parts of a batch stores no line twice and tells of the poison again', async (t) => {
  const file = newFile()
  const [first, second] = [
    [line(1), line('bad'), line(2), line(3)],
    [line(4), line(5)],
  ]
  const whole = blocks(5, first, second)
  const before = sinkOn(t, file)
  assert.equal((await before.write(whole)).kind, 'rejected')
  await before.write(partOf(whole, 5, [line(1)], { index: 0, isLast: false }))
  await before.write(partOf(whole, 5, [line('bad')], { index: 1, isLast: false }))
  await before.write(partOf(whole, 5, [line(2)], { index: 2, isLast: false }))
  await before.close()

  const afterwards = sinkOn(t, file)
  const cutElsewhere = blocks(5, first, second, [line(6)])
  assert.equal((await afterwards.write(cutElsewhere)).kind, 'rejected')
  const part = (index: number, sequence: number, lines: readonly (number | string)[], isLast = false) =>
    afterwards.write(partOf(cutElsewhere, sequence, lines.map(line), { index, isLast }))
  assert.deepEqual(await part(0, 5, [1]), STORED)
  assert.equal((await part(1, 5, ['bad', 2, 3])).kind, 'rejected')
  assert.equal((await part(2, 5, ['bad'])).kind, 'rejected')
  assert.deepEqual(await part(3, 5, [2, 3]), STORED)
  assert.deepEqual(await part(4, 6, [4, 5]), STORED)
  assert.deepEqual(await part(5, 7, [6], true), STORED)
  await afterwards.close()
  assert.deepEqual(await floatsIn(file), [1, 2, 3, 4, 5, 6])
})

test('blocks that come again after a crash, cut elsewhere, are stored once', async (t) => {
  const file = newFile()
  const before = sinkOn(t, file)
  await before.write(blocks(1, [line(1)], [line(2)]))
  await before.close()
  const afterwards = sinkOn(t, file)
  assert.deepEqual(await afterwards.write(blocks(1, [line(1)], [line(2)])), STORED)
  assert.deepEqual(await afterwards.write(blocks(2, [line(2)], [line(3)])), STORED)
  await afterwards.close()
  assert.deepEqual(await floatsIn(file), [1, 2, 3])
})

test('a new spool begins again at block 1, and its points are stored', async (t) => {
  const sink = sinkOn(t, newFile())
  await sink.write(blocks(7, [line(1)]))
  assert.deepEqual(await sink.write({ ...blocks(1, [line(2)]), spoolId: 'spool-2' }), STORED)
  assert.equal((await sink.query(historyOf('v'))).length, 2)
})

test('a field that was a float yesterday and is a word today has both, in the order of time', async (t) => {
  const sink = sinkOn(t, newFile())
  const yesterday = -86_400
  await sink.write(blocks(1, [`telemetry,device=imm-01 v=1.5 ${ns(yesterday)}`]))
  const today = ['"two"', '3i', 'true'].map((value, i) => `telemetry,device=imm-01 v=${value} ${ns(i)}`)
  assert.deepEqual(await sink.write(blocks(2, today)), STORED)
  const { toMs } = historyOf('v')
  const rows = await sink.query(historyOf('v', { fromMs: toMs - 3 * 86_400_000 }))
  assert.deepEqual(rows, [
    { time: at(yesterday), value: 1.5 },
    { time: at(0), value: 'two' },
    { time: at(1), value: 3 },
    { time: at(2), value: true },
  ])
  const windows = await sink.query(historyOf('v', { everyMs: 60_000, aggregate: 'max' }))
  assert.deepEqual(windows, [{ time: at(0), value: 3 }])
})

test('whatever is encoded comes back the same', async (t) => {
  const sink = sinkOn(t, newFile())
  const value = fc.oneof(
    fc.tuple(fc.constant(FieldType.string), fc.string({ unit: 'binary', maxLength: 40 })),
    fc.tuple(
      fc.constant(FieldType.integer),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
    ),
    fc.tuple(fc.constant(FieldType.float), fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)),
    fc.tuple(fc.constant(FieldType.boolean), fc.boolean().map(String)),
  )
  let run = 0
  const property = fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 40 }), async (values) => {
    const field = `field ${++run}, of="x"`
    const lines = Buffer.from(values.map(([type, text], i) => encoded(field, type, text, i)).join(''))
    const batch = { ...blocks(run, []), chunks: [lines], bytes: lines.length, points: values.length }
    assert.deepEqual(await sink.write(batch), STORED)
    const rows = await sink.query(historyOf(field))
    assert.deepEqual(
      rows.map(({ value: stored }) => [typeOf(stored), String(stored)]),
      values.map(([type, text]) => [typeOf(native(type, text)), String(native(type, text))]),
    )
  })
  await fc.assert(property, { numRuns: 40 })
})

function encoded(field: string, type: FieldType, text: string, second: number): string {
  const batch = new PointBatch()
  batch.field(field, type, text)
  batch.point('telemetry', [], '')
  return encodePoint(batch, 0, seriesKey('telemetry', [{ name: 'device', value: 'imm-01' }]), ns(second))
}

function native(type: FieldType, text: string): unknown {
  if (type === FieldType.string) return text
  if (type === FieldType.boolean) return text === 'true'
  if (type === FieldType.float) return Number(text)
  return BigInt(text)
}

function typeOf(value: unknown): string {
  return typeof value === 'bigint' ? 'number' : typeof value
}

test('history can be asked before anything is written, and after a restart', async (t) => {
  const file = newFile()
  const empty = sinkOn(t, file)
  assert.deepEqual(await empty.query(historyOf('v')), [])
  await empty.write(blocks(1, [line(1)]))
  await empty.close()
  assert.deepEqual(await sinkOn(t, file).query(historyOf('v')), [{ time: at(1), value: 1 }])
})

test('a file that is not a store is left as it is, and taken once it is out of the way', async (t) => {
  const file = newFile()
  const foreign = Buffer.from('this is not a database'.repeat(1_000))
  writeFileSync(file, foreign)
  const sink = sinkOn(t, file)
  await assert.rejects(sink.start(), /not a valid DuckDB database file/)
  const verdict = await sink.write(blocks(1, [line(1)]))
  assert.ok(verdict.kind === 'retry')
  assert.match(verdict.reason, /not a valid DuckDB database file/)
  assert.ok(readFileSync(file).equals(foreign))
  rmSync(file)
  await sink.start()
  assert.deepEqual(await sink.write(blocks(1, [line(1)])), STORED)
})

test('a file of another format is refused', async (t) => {
  const file = newFile()
  const sink = sinkOn(t, file)
  await sink.start()
  await sink.close()
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  await connection.run('UPDATE store SET version = 99')
  connection.closeSync()
  instance.closeSync()
  await assert.rejects(sinkOn(t, file).start(), /format 99/)
})

test('a sink that was closed takes nothing more and says so', async (t) => {
  const sink = sinkOn(t, newFile())
  await sink.start()
  await sink.close()
  assert.deepEqual(await sink.write(blocks(1, [line(1)])), { kind: 'retry', reason: 'the sink is closed' })
})

test('calls that wait when the thread of the store ends are rejected, and so are later ones', async (t) => {
  const worker = new Worker("require('worker_threads').parentPort.on('message', () => process.exit(3))", {
    eval: true,
  })
  t.after(() => worker.terminate())
  const calls = new ThreadCalls(worker, silentLogger)
  await assert.rejects(calls.call('close', undefined), /thread of the store has ended/)
  assert.equal(calls.hasEnded, true)
  await assert.rejects(calls.call('close', undefined), /thread of the store has ended/)
})
