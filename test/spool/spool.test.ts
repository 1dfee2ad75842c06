import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Block } from '../../src/core/block.js'
import type { DeadLetter } from '../../src/core/dead-letter.js'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { Column } from '../../src/core/tally.js'
import { Spool, type SpoolOptions } from '../../src/spool/spool.js'
import { temporaryDirectory, until } from '../support/spool-rig.js'

interface Opened {
  readonly directory: string
  readonly state: StateStore
  readonly spool: Spool
}

async function open(t: TestContext, options: Partial<SpoolOptions> = {}, at?: string): Promise<Opened> {
  const directory = at ?? temporaryDirectory()
  const state = StateStore.open({
    directory: join(directory, 'state'),
    mapBytes: 1 << 27,
    logger: silentLogger,
  })
  const spool = new Spool(state, {
    flushIntervalMs: 1,
    blockBytes: 1_000,
    maxUnflushedBytes: 10_000,
    maxBytes: 1 << 24,
    retryAfterMs: 5,
    quarantineDirectory: join(directory, 'quarantine'),
    logger: silentLogger,
    ...options,
  })
  await spool.start(['a'])
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  t.after(async () => {
    spool.stop()
    await state.close()
  })
  return { directory, state, spool }
}

function append(spool: Spool, line: string, settled?: () => void): void {
  spool.open.tally.add(1, Column.received, 1)
  spool.open.append(line, 1)
  if (settled !== undefined) spool.open.wait(settled)
  spool.touched()
}

function letter(message: string, device = 'ningbo/moulding/line1/imm-01'): DeadLetter {
  return {
    kind: 'message',
    timeMs: 1,
    reason: { code: 'malformed', message },
    slot: 1,
    device,
    topic: 't',
    qos: 1,
    clientId: 'c',
    sink: '',
    payload: Buffer.from([0, 255, 10]),
  }
}

test('messages are acknowledged in order, after their blocks are on disk and told of', async (t) => {
  const { spool } = await open(t)
  const events: string[] = []
  spool.onFlushed((blocks) => {
    for (const block of blocks) {
      events.push(`block ${block.sequence}`)
      assert.equal(spool.read(block.sequence)?.block.lines.toString(), block.lines.toString())
    }
  })
  for (let i = 0; i < 3; i++) append(spool, 'x'.repeat(999), () => events.push(`a${i}`))
  await spool.flush()
  assert.equal(events.filter((event) => event.startsWith('a')).join(), 'a0,a1,a2')
  assert.equal(events[0], 'block 1')
  assert.ok(events.indexOf('a2') > events.lastIndexOf('block 2'))
})

test('a block closes by size at once and by time otherwise', async (t) => {
  const { spool } = await open(t, { flushIntervalMs: 20 })
  const flushed: Block[] = []
  spool.onFlushed((blocks) => void flushed.push(...blocks))
  append(spool, 'small\n')
  append(spool, 'x'.repeat(1_200))
  append(spool, 'late\n')
  await until(() => flushed.length === 2)
  assert.deepEqual(
    flushed.map(({ sequence, points, pointsThrough }) => [sequence, points, pointsThrough]),
    [
      [1, 2, 2],
      [2, 1, 3],
    ],
  )
})

test('sequences, identity and cursors go on where they were, also when every block was removed', async (t) => {
  const first = await open(t)
  for (let i = 0; i < 3; i++) {
    append(first.spool, `line ${i}\n`)
    await first.spool.flush()
  }
  await first.spool.settle('a', { through: 3, storedPoints: 3, rejections: [], letters: [] })
  await first.spool.prune(3, () => undefined)
  assert.equal(first.spool.status().blocks, 0)
  assert.equal(first.spool.status().bytes, 0)
  first.spool.stop()
  await first.state.close()
  const { spool } = await open(t, {}, first.directory)
  assert.equal(spool.id, first.spool.id)
  assert.equal(spool.lastSequence, 3)
  assert.deepEqual(spool.cursors.of('a'), { sequence: 3, storedPoints: 3, deadLetteredPoints: 0 })
  append(spool, 'more\n')
  await spool.flush()
  assert.equal(spool.read(4)?.block.pointsThrough, 4)
  assert.deepEqual(spool.backlog('a').points, 1)
})

test('a sink that is new begins with the oldest block, and one that is gone is forgotten', async (t) => {
  const first = await open(t)
  append(first.spool, 'one\n')
  await first.spool.flush()
  first.spool.stop()
  await first.state.close()
  const { spool } = await open(t, {}, first.directory)
  await spool.start(['b'])
  assert.deepEqual(spool.cursors.names, ['b'])
  assert.equal(spool.backlog('b').points, 1)
})

test('no block is removed that a sink has not passed', async (t) => {
  const { spool } = await open(t)
  await spool.start(['a', 'b'])
  for (let i = 0; i < 3; i++) {
    append(spool, `line ${i}\n`)
    await spool.flush()
  }
  await spool.settle('a', { through: 3, storedPoints: 3, rejections: [], letters: [] })
  await spool.settle('b', { through: 1, storedPoints: 1, rejections: [], letters: [] })
  await spool.prune(3, () => undefined)
  assert.equal(spool.firstSequence, 2)
  assert.equal(spool.read(1), undefined)
  assert.equal(spool.read(2)?.block.lines.toString(), 'line 1\n')
})

test('rejections are kept by block until the ledger includes them', async (t) => {
  const { spool } = await open(t)
  for (let i = 0; i < 4; i++) {
    append(spool, `line ${i}\n`)
    await spool.flush()
  }
  const rejections = [
    { sequence: 1, slot: 7, count: 2, reason: 'sink_rejected' },
    { sequence: 3, slot: 7, count: 1, reason: 'spool_dropped' },
    { sequence: 3, slot: 9, count: 5, reason: 'sink_rejected' },
  ] as const
  await spool.settle('a', { through: 4, storedPoints: 1, rejections, letters: [letter('no')] })
  assert.deepEqual(spool.rejections.between('a', 0, 4), rejections)
  assert.deepEqual(spool.rejections.between('a', 1, 3), rejections.slice(1))
  assert.deepEqual(spool.rejections.between('b', 0, 4), [])
  assert.equal(spool.cursors.of('a').deadLetteredPoints, 8)
  await spool.prune(2, () => undefined)
  assert.deepEqual(spool.rejections.between('a', 0, 4), rejections.slice(1))
})

test('what is to become durable with a block is written in its transaction', async (t) => {
  const { spool, state } = await open(t)
  const table = state.table('devices')
  spool.open.alongside(() => table.put(1, Buffer.from('device')))
  append(spool, 'one\n', () => assert.equal(table.get(1)?.toString(), 'device'))
  await spool.flush()
  assert.equal(table.get(1)?.toString(), 'device')
})

test('dead letters are read back whole, from either end, and narrowed', async (t) => {
  const { spool } = await open(t)
  for (let i = 0; i < 5; i++) {
    spool.deadLetter(letter(`m${i}`, i === 2 ? 'hangzhou/press' : 'ningbo/imm-01'))
    spool.open.tally.add(1, Column.deadLettered, 1)
    spool.touched()
  }
  assert.equal(spool.deadLetters.lastId, 0)
  await spool.flush()
  const { deadLetters } = spool
  const messages = (query: Partial<Parameters<typeof deadLetters.list>[0]>) =>
    deadLetters.list({ limit: 10, ...query }).map(({ reason }) => reason.message)
  assert.equal(deadLetters.lastId, 5)
  assert.equal(deadLetters.count, 5)
  assert.deepEqual(messages({}), ['m0', 'm1', 'm2', 'm3', 'm4'])
  assert.deepEqual(messages({ newestFirst: true, limit: 2 }), ['m4', 'm3'])
  assert.deepEqual(messages({ newestFirst: true, beforeId: 3 }), ['m1', 'm0'])
  assert.deepEqual(messages({ newestFirst: true, afterId: 3 }), ['m4', 'm3'])
  assert.deepEqual(messages({ afterId: 3 }), ['m3', 'm4'])
  assert.deepEqual(messages({ device: 'press' }), ['m2'])
  assert.deepEqual(messages({ device: 'ningbo/imm-01', limit: 1 }), ['m0'])
  assert.deepEqual(deadLetters.get(1), { id: 1, ...letter('m0', 'ningbo/imm-01') })
  assert.equal(deadLetters.get(9), undefined)
})

test('flush waits for blocks that hold counts alone, also while the spool is full', async (t) => {
  const { spool } = await open(t, { maxBytes: 100 })
  append(spool, 'x'.repeat(200))
  await spool.flush()
  spool.open.tally.add(1, Column.ignored, 1)
  spool.touched()
  await until(() => spool.isFull)
  let flushed = false
  const flushing = spool.flush().then(() => {
    flushed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 15))
  assert.equal(flushed, false)
  await spool.settle('a', { through: 1, storedPoints: 1, rejections: [], letters: [] })
  await spool.prune(1, () => undefined)
  await flushing
  assert.equal(spool.lastSequence, 2)
})

test('a spool that was stopped leaves nothing behind that would run', async (t) => {
  const { spool, state } = await open(t)
  append(spool, 'one\n')
  const flushing = spool.flush()
  spool.stop()
  append(spool, 'x'.repeat(2_000))
  await flushing
  await state.commit(() => undefined)
  assert.equal(spool.lastSequence, 1)
})
