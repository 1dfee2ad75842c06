import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { DeadLetter } from '../../src/core/dead-letter.js'
import { silentLogger } from '../../src/core/logger.js'
import type { ReasonCode } from '../../src/core/reasons.js'
import { StateStore } from '../../src/core/state.js'
import type { DeadLetterFilter } from '../../src/core/views.js'
import { DeadLetters, type DeadLettersOptions } from '../../src/spool/dead-letters.js'
import { removeDirectory, temporaryDirectory } from '../support/state.js'
import { copyState } from '../support/state-copy.js'

const MIB = 1_048_576
const LINE = 'ningbo/moulding/line1'

interface Opened {
  readonly directory: string
  readonly state: StateStore
  readonly letters: DeadLetters
}

function openLetters(t: TestContext, options: Partial<DeadLettersOptions> = {}, at?: string): Opened {
  const directory = at ?? temporaryDirectory()
  t.after(() => removeDirectory(directory))
  const state = StateStore.open({
    directory: join(directory, 'state'),
    mapBytes: 2 ** 28,
    logger: silentLogger,
  })
  t.after(() => state.close())
  const letters = new DeadLetters(state, { now: () => 10_000, ...options })
  t.after(() => letters.stop())
  return { directory, state, letters }
}

function letter(n: number, changes: Partial<DeadLetter> = {}): DeadLetter {
  return {
    kind: 'message',
    timeMs: 1_000 + n,
    slot: (n % 3) + 1,
    reason: { code: n % 2 === 0 ? 'malformed' : 'bad_type', message: `m${n}` },
    device: `${LINE}/imm-${(n % 3) + 1}`,
    topic: `factory/${LINE}/imm-${(n % 3) + 1}/telemetry`,
    qos: 1,
    clientId: 'c',
    sink: '',
    payload: Buffer.from(`payload ${n}`),
    ...changes,
  }
}

function held(n: number, slot: number, bytes = 100): DeadLetter {
  return letter(n, { slot, reason: { code: 'awaiting_birth', message: '' }, payload: Buffer.alloc(bytes, n) })
}

/** Writes letters in one transaction, as the spool does. */
async function keep({ state, letters }: Opened, all: readonly DeadLetter[]): Promise<number[]> {
  const numbered = all.map((each) => ({ id: letters.assignId(), each }))
  await state.commit(() => {
    for (const { id, each } of numbered) letters.write(id, each)
  })
  for (const { id } of numbered) letters.flushed(id)
  return numbered.map(({ id }) => id)
}

const many = (count: number, changes?: Partial<DeadLetter>) =>
  Array.from({ length: count }, (_, n) => letter(n, changes))

const idsOf = (letters: DeadLetters, filter: DeadLetterFilter = {}, newestFirst = false) =>
  letters.list({ ...filter, newestFirst, limit: 100_000 }).map(({ id }) => id)

/** What the index finds is what a walk over all letters finds, for each reason and each device. */
function assertIndexed(letters: DeadLetters): void {
  const all = letters.list({ limit: 100_000 })
  assert.equal(all.length, letters.count)
  const reasons: ReasonCode[] = ['malformed', 'bad_type', 'awaiting_birth', 'sink_rejected']
  for (const reason of reasons) {
    const wanted = all.filter((each) => each.reason.code === reason).map(({ id }) => id)
    assert.deepEqual(idsOf(letters, { reason }), wanted, reason)
  }
  for (let slot = 1; slot <= 4; slot++) {
    const wanted = all.filter((each) => each.slot === slot).map(({ id }) => id)
    assert.deepEqual(idsOf(letters, { slots: [slot] }), wanted, `slot ${slot}`)
    assert.deepEqual(idsOf(letters, { slots: [slot] }, true), wanted.reverse(), `slot ${slot}, newest first`)
  }
}

test('letters are found by device, reason, topic filter and time, from either end', async (t) => {
  const opened = openLetters(t)
  const { letters } = opened
  await keep(opened, many(30))
  await keep(opened, [letter(30, { slot: 0, device: `${LINE}/imm-1`, topic: 'other' })])
  assertIndexed(letters)
  const imm1 = [1, 4, 7, 10, 13, 16, 19, 22, 25, 28]
  assert.deepEqual(
    idsOf(letters, { device: 'imm-1', slots: [1] }),
    [...imm1, 31],
    'one without a slot, by its path',
  )
  assert.deepEqual(idsOf(letters, { device: 'imm-1' }), [...imm1, 31])
  assert.deepEqual(
    idsOf(letters, { device: 'imm-1', slots: [1], reason: 'malformed' }),
    [1, 7, 13, 19, 25, 31],
  )
  assert.deepEqual(idsOf(letters, { slots: [1, 2, 3] }).length, 30)
  assert.deepEqual(idsOf(letters, { topic: 'factory/+/+/line1/imm-2/#' }).length, 10)
  assert.deepEqual(idsOf(letters, { topics: ['other', 'no/such'] }), [31])
  assert.deepEqual(idsOf(letters, { fromMs: 1_003, toMs: 1_006 }), [4, 5, 6])
  assert.deepEqual(idsOf(letters, { reason: 'too_deep' }), [])
})

test('a scan ends where it is told to, and goes on from there', async (t) => {
  const opened = openLetters(t)
  await keep(opened, many(10))
  const { letters, next } = opened.letters.scan({ slots: [3], limit: 100 }, 2)
  assert.deepEqual([letters.map(({ id }) => id), next], [[3, 6], 6])
  const rest = opened.letters.scan({ slots: [3], afterId: next!, limit: 100 }, 100)
  assert.deepEqual([rest.letters.map(({ id }) => id), rest.next], [[9], undefined])
})

test('past its bytes the oldest go, are counted, and the count goes on after a restart', async (t) => {
  const first = openLetters(t, { maxBytes: MIB })
  await first.letters.start()
  for (let round = 0; round < 4; round++) {
    await keep(first, many(100, { payload: Buffer.alloc(6_000, round) }))
  }
  await first.letters.bounded()
  const { count, bytes, removed } = first.letters
  assert.ok(bytes <= MIB && bytes > MIB / 2, `${bytes} bytes are kept`)
  assert.equal(count + removed.byBytes.count, 400)
  assert.equal(removed.byBytes.bytes, 6_000 * removed.byBytes.count)
  assert.deepEqual(
    idsOf(first.letters),
    Array.from({ length: count }, (_, i) => 400 - count + 1 + i),
  )
  assertIndexed(first.letters)
  first.letters.stop()
  await first.state.close()
  const again = openLetters(t, { maxBytes: MIB }, first.directory)
  assert.deepEqual(again.letters.removed, removed)
  assert.equal(again.letters.bytes, bytes)
  assert.equal((await again.letters.summary()).removed.count, removed.byBytes.count)
})

test('a bound that was lowered holds after a restart, with nothing new coming in', async (t) => {
  const first = openLetters(t)
  await keep(first, many(300, { payload: Buffer.alloc(6_000) }))
  assert.ok(first.letters.bytes > MIB)
  await first.state.close()
  const again = openLetters(t, { maxBytes: MIB }, first.directory)
  await again.letters.start()
  await again.letters.bounded()
  assert.ok(again.letters.bytes <= MIB)
  assert.ok(again.letters.removed.byBytes.count > 0)
})

test('a letter larger than the bound is kept until the next one', async (t) => {
  const opened = openLetters(t, { maxBytes: MIB })
  await opened.letters.start()
  const [large] = await keep(opened, [letter(1, { payload: Buffer.alloc(2 * MIB) })])
  await opened.letters.bounded()
  assert.deepEqual(idsOf(opened.letters), [large])
  const [small] = await keep(opened, [letter(2)])
  await opened.letters.bounded()
  assert.deepEqual(idsOf(opened.letters), [small])
  assert.equal(opened.letters.removed.byBytes.count, 1)
})

test('letters past their age go, and others stay', async (t) => {
  let now = 10_000
  const opened = openLetters(t, { maxAgeMs: 9_000, now: () => now })
  await opened.letters.start()
  await keep(opened, many(300))
  await opened.letters.bounded()
  assert.equal(opened.letters.count, 300)
  now = 10_150
  const [last] = await keep(opened, [letter(300, { timeMs: now })])
  await opened.letters.bounded()
  assert.equal(opened.letters.removed.byAge.count, 150)
  assert.deepEqual([idsOf(opened.letters)[0], idsOf(opened.letters).at(-1)], [151, last])
})

test('a flood of held letters pushes out held letters alone', async (t) => {
  const opened = openLetters(t, { maxBytes: MIB, maxHeldPerDevice: 1_000_000 })
  await opened.letters.start()
  const others = await keep(opened, many(50, { payload: Buffer.alloc(6_000) }))
  for (let round = 0; round < 10; round++) {
    await keep(
      opened,
      Array.from({ length: 100 }, (_, n) => held(n, 4, 1_500)),
    )
  }
  await opened.letters.bounded()
  const { held: kept, removed } = await opened.letters.summary()
  assert.ok(kept.bytes <= MIB / 4 && kept.count > 0, `${kept.bytes} bytes are held`)
  assert.equal(kept.count + removed.byHeldBytes.count, 1_000)
  assert.deepEqual(idsOf(opened.letters).slice(0, 50), others)
  assertIndexed(opened.letters)
})

test('one device holds so many letters at the most, also after a crash before the excess went', async (t) => {
  const first = openLetters(t, { maxHeldPerDevice: 5 })
  await keep(first, [...Array.from({ length: 12 }, (_, n) => held(n, 2)), held(12, 4), letter(12)])
  const directory = temporaryDirectory()
  mkdirSync(join(directory, 'state'))
  copyState(first.directory, directory)
  const again = openLetters(t, { maxHeldPerDevice: 5 }, directory)
  await again.letters.start()
  await again.letters.bounded()
  assert.deepEqual(idsOf(again.letters), [8, 9, 10, 11, 12, 13, 14])
  assert.equal(again.letters.removed.byHeldPerDevice.count, 7)
  await keep(again, [held(15, 2)])
  await again.letters.bounded()
  assert.deepEqual(idsOf(again.letters, { slots: [2] }), [9, 10, 11, 12, 15])
})

test('a letter that gets another reason is found by that one, with its payload', async (t) => {
  const { state, letters, ...opened } = openLetters(t)
  const [id] = await keep({ state, letters, ...opened }, [held(1, 2), letter(2)])
  await state.commit(() => letters.rewrite(id!, { code: 'malformed', message: 'not even now' }))
  assertIndexed(letters)
  const wanted = { id, ...held(1, 2), reason: { code: 'malformed', message: 'not even now' } }
  assert.deepEqual(letters.get(id!), wanted)
  assert.equal((await letters.summary()).held.count, 0)
  await state.commit(() => letters.rewrite(99, { code: 'malformed', message: 'gone' }))
  assert.equal(letters.count, 2)
})

test('an id is never given twice, even if the newest letters are gone', async (t) => {
  const first = openLetters(t)
  await keep(first, many(5))
  await first.state.commit(() => first.letters.remove(5))
  assert.equal(await first.letters.discard(4), true)
  assert.equal(await first.letters.discard(4), false)
  await first.state.close()
  const again = openLetters(t, {}, first.directory)
  assert.equal(again.letters.lastId, 5)
  assert.deepEqual(await keep(again, [letter(6)]), [6])
  assert.deepEqual((await again.letters.purge({ fromMs: 0 })).count, 4)
  await again.state.close()
  const empty = openLetters(t, {}, first.directory)
  assert.deepEqual([empty.letters.count, empty.letters.lastId], [0, 6])
})

test('a purge takes what passes its filter and came before it, and says how much that was', async (t) => {
  const opened = openLetters(t)
  const { letters } = opened
  await keep(opened, many(1_000))
  const preview = await letters.purge({ reason: 'malformed' }, { dryRun: true })
  assert.deepEqual([preview.count, letters.count], [500, 1_000])
  const purging = letters.purge({ reason: 'malformed' })
  await keep(opened, [letter(1_000)])
  const { count, bytes } = await purging
  assert.deepEqual([count, bytes], [preview.count, preview.bytes])
  assert.deepEqual(idsOf(letters, { reason: 'malformed' }), [1_001])
  assert.deepEqual(letters.removed.purged, { count, bytes })
  assertIndexed(letters)
})

test('a purge that ends early is gone on with', async (t) => {
  const opened = openLetters(t)
  await keep(opened, many(400))
  let removed = 0
  let requests = 0
  let place: { afterId?: number; throughId?: number } | undefined = {}
  while (place !== undefined) {
    const { count, next, throughId } = await opened.letters.purge(
      { slots: [1, 2] },
      { ...place, budgetMs: 0 },
    )
    removed += count
    requests++
    place = next === undefined ? undefined : { afterId: next, throughId }
  }
  assert.equal(removed, 267)
  assert.ok(requests > 1)
  assert.equal(opened.letters.count, 133)
})

test('a crash at any commit leaves letters, index and counts that agree', async (t) => {
  const opened = openLetters(t, { maxBytes: MIB, maxHeldPerDevice: 20 })
  await opened.letters.start()
  const copies: string[] = []
  for (let round = 0; round < 12; round++) {
    const kept = await keep(opened, [
      ...many(25, { payload: Buffer.alloc(5_000, round) }),
      ...Array.from({ length: 10 }, (_, n) => held(n, 4)),
    ])
    const { letters, state } = opened
    const changing = state.commit(() => {
      letters.remove(kept[0]!)
      letters.rewrite(kept.at(-1)!, { code: 'malformed', message: 'again' })
    })
    const copy = temporaryDirectory()
    mkdirSync(join(copy, 'state'))
    copyState(opened.directory, copy)
    copies.push(copy)
    await changing
  }
  await opened.letters.bounded()
  assert.ok(opened.letters.removed.byBytes.count > 0 && opened.letters.removed.byHeldPerDevice.count > 0)
  for (const [round, copy] of copies.entries()) {
    const { letters } = openLetters(t, {}, copy)
    assertIndexed(letters)
    const { byReason, removed, count } = await letters.summary()
    const counted = Object.values(byReason).reduce((sum, each) => sum + each, 0)
    assert.equal(counted, count)
    const replayed = 35 * (round + 1) - count - removed.count
    assert.ok(
      replayed >= round && replayed <= round + 1,
      `${replayed} replayed in round ${round}: ${JSON.stringify({ count, removed })}`,
    )
    for (const each of letters.list({ limit: 10_000 })) assert.ok(each.payload.length >= 100)
  }
})

test('letters of the first format are read, indexed and moved, once', async (t) => {
  const { directory, state, letters } = openLetters(t)
  const table = state.table('deadLetters')
  const { payload, slot: _, ...head } = letter(1)
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  await state.commit(() => {
    for (let id = 1; id <= 300; id++) table.put(id, Buffer.concat([length, json, payload]))
  })
  const wanted = { id: 7, ...letter(1), slot: 0 }
  assert.deepEqual(letters.get(7), wanted)
  assert.deepEqual(idsOf(letters, { reason: 'bad_type' }), [])
  await letters.start()
  assert.equal(idsOf(letters, { reason: 'bad_type' }).length, 300)
  assert.deepEqual(letters.get(7), wanted)
  assert.ok(table.get(7)!.length < length.length + json.length + payload.length + 20)
  assert.deepEqual(idsOf(letters, { device: 'imm-2', slots: [2] }).length, 300)
  letters.stop()
  await state.close()
  const again = openLetters(t, {}, directory)
  assert.deepEqual([again.letters.lastId, again.letters.count], [300, 300])
})
