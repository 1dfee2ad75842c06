import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext, test } from 'node:test'
import { type Logger, silentLogger } from '../../src/core/logger.js'
import { type HistoryQuery, type SinkBatch, STORED } from '../../src/core/sink.js'
import type { Lines, StoreOptions } from '../../src/sinks/duckdb-messages.js'
import { DuckDbStore } from '../../src/sinks/duckdb-store.js'
import { checkQuery } from '../../src/sinks/history.js'
import { blocks } from './batches.js'

const DAY_MS = 86_400_000
const TODAY_MS = Date.UTC(2026, 10, 21, 12)
const directory = mkdtempSync(join(tmpdir(), 'linegate-retention-'))
let files = 0

after(() => rmSync(directory, { recursive: true }))

/** A store with a clock that the test sets, and what it logged. */
class Rig {
  readonly file = join(directory, `${++files}.duckdb`)
  readonly logged: string[] = []
  nowMs = TODAY_MS
  #store: DuckDbStore | undefined
  #sequence = 0

  async open(options: Partial<StoreOptions> = {}): Promise<this> {
    const all = { name: 'local', file: this.file, retentionDays: 3, maxBytes: 1024 ** 3, ...options }
    const logger: Logger = { ...silentLogger, info: (_, message) => void this.logged.push(message) }
    this.#store = await DuckDbStore.open(all, logger, () => this.nowMs)
    return this
  }

  get store(): DuckDbStore {
    assert.ok(this.#store)
    return this.#store
  }

  /** Points with the value 1, at these times. */
  write(timesMs: readonly number[]) {
    const lines = timesMs.map((ms, i) => `telemetry,device=imm-01 v=${i} ${ms}000000`)
    return this.store.write(linesOf(blocks(++this.#sequence, lines)))
  }

  async times(more: Partial<HistoryQuery> = {}): Promise<string[]> {
    const all = { tags: {}, field: 'v', fromMs: -1e15, toMs: 1e15, limit: 100_000, ...more }
    return ((await this.store.query(checkQuery(all))) ?? []).map(({ time }) => time)
  }

  async close(): Promise<void> {
    await this.#store?.close()
    this.#store = undefined
  }
}

async function openRig(t: TestContext, options: Partial<StoreOptions> = {}): Promise<Rig> {
  const rig = await new Rig().open(options)
  t.after(() => rig.close())
  return rig
}

function linesOf({ spoolId, chunks, sequences, lastSequence }: SinkBatch): Lines {
  return {
    spoolId,
    bytes: new Uint8Array(Buffer.concat(chunks)),
    lengths: chunks.map(({ length }) => length),
    sequences,
    startLine: 0,
    endsThrough: lastSequence,
  }
}

test('a day that is past retention is dropped whole, and that is logged', async (t) => {
  const rig = await openRig(t)
  for (const days of [3, 2, 0])
    assert.deepEqual((await rig.write([TODAY_MS - days * DAY_MS])).verdict, STORED)
  rig.nowMs += DAY_MS
  await rig.store.maintain()
  assert.deepEqual(await rig.times(), ['2026-11-19T12:00:00Z', '2026-11-21T12:00:00Z'])
  assert.deepEqual(rig.logged, ['Dropped 20261118 from the store: it is past the retention of 3 days.'])
})

test('days are dropped also while history of them is read, and the reading ends as it began', async (t) => {
  const rig = await openRig(t)
  const old = TODAY_MS - 3 * DAY_MS
  for (let batch = 0; batch < 10; batch++) {
    await rig.write(Array.from({ length: 20_000 }, (_, i) => old + batch * 20_000 + i))
  }
  rig.nowMs += DAY_MS
  const reading = rig.times({ everyMs: DAY_MS, aggregate: 'mean' })
  // The reading holds its snapshot by the time at which the tables are gone.
  await new Promise((resolve) => setTimeout(resolve, 10))
  await rig.store.maintain()
  assert.deepEqual(await reading, ['2026-11-18T00:00:00Z'])
  assert.deepEqual(await rig.times(), [])
})

test('a write on a new day drops what is past retention by then', async (t) => {
  const rig = await openRig(t)
  await rig.write([TODAY_MS - 3 * DAY_MS])
  rig.nowMs += DAY_MS
  await rig.write([rig.nowMs])
  assert.deepEqual(await rig.times(), ['2026-11-22T12:00:00Z'])
})

test('a point that is past retention when it comes is refused, not dropped in silence', async (t) => {
  const rig = await openRig(t)
  const { verdict } = await rig.write([TODAY_MS, Date.UTC(2026, 10, 17, 23, 59)])
  const reason = 'the time of the point is before 2026-11-18, where the retention of 3 days begins'
  assert.deepEqual(verdict, { kind: 'rejected', reason })
  assert.deepEqual((await rig.write([Date.UTC(2026, 10, 18)])).verdict, STORED)
})

test('points of a clock that runs years ahead are found, and go with the day on which they came', async (t) => {
  const rig = await openRig(t)
  const ahead = Array.from({ length: 50 }, (_, i) => Date.UTC(2030 + i, 0, 1))
  assert.deepEqual((await rig.write([TODAY_MS, ...ahead])).verdict, STORED)
  assert.equal((await rig.times()).length, 51)
  assert.deepEqual(await rig.times({ fromMs: Date.UTC(2060, 0, 1), toMs: Date.UTC(2061, 0, 1) }), [
    '2060-01-01T00:00:00Z',
  ])
  await rig.close()
  await rig.open()
  assert.equal((await rig.times({ fromMs: Date.UTC(2079, 0, 1) })).length, 1)
  rig.nowMs += 5 * DAY_MS
  await rig.store.maintain()
  assert.deepEqual(await rig.times(), [])
  assert.equal(rig.logged.length, 2)
})

test('a store that is full drops its oldest points first, also those of today, and stays within its limit', async (t) => {
  const maxBytes = 16 * 1_048_576
  const rig = await openRig(t, { maxBytes })
  const yesterday = TODAY_MS - DAY_MS
  await rig.write([yesterday])
  // Times in disorder, so that the columns do not shrink to nothing.
  let seed = 1
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % 7_000_000
  }
  for (let batch = 0; rig.logged.length < 4; batch++) {
    assert.ok(batch < 500, 'ten million points are more than 16 MiB')
    await rig.write(Array.from({ length: 20_000 }, () => TODAY_MS + random()))
  }
  const kept = await rig.times({ limit: 1, everyMs: 1000 * DAY_MS, aggregate: 'count' })
  assert.equal(kept.length, 1)
  assert.match(rig.logged[0]!, /^Dropped 20261120 from the store: the store holds \d+ bytes/)
  assert.match(rig.logged[1]!, /^Dropped 20261121 from/)
  assert.match(rig.logged[2]!, /^Dropped 20261121_2 from/)
  const part = maxBytes / 8
  await rig.close()
  assert.ok(statSync(rig.file).size < maxBytes + 2 * part, `${statSync(rig.file).size} bytes`)
  assert.ok(statSync(rig.file).size > maxBytes / 2, `${statSync(rig.file).size} bytes`)
})
