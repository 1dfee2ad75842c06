import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LineProtocolError } from '../../../src/core/line-protocol-parser.js'
import { LogThrottle, silentLogger } from '../../../src/core/logger.js'
import { DuplicatesStage } from '../../../src/quality/duplicates/duplicates-stage.js'
import { PointMemory } from '../../../src/quality/duplicates/point-memory.js'
import { BudgetStage } from '../../../src/quality/series/budget-stage.js'
import { SeriesStore } from '../../../src/quality/series/series-store.js'
import { KnownTypes } from '../../../src/quality/types/known-types.js'
import { MemoryStore } from '../../support/memory-store.js'
import { batchOf, type PlainPoint, type TypeName } from '../../support/points.js'
import { deviceOf, pick, pointAt, TestContext } from '../../support/quality-context.js'
import { seeded } from '../../support/random-mqtt.js'

const WINDOW = 64

/** One process: what it remembers is gone with it. */
class Run {
  readonly memory = new PointMemory()
  readonly #store: SeriesStore
  readonly #budget: BudgetStage
  readonly #stage = new DuplicatesStage(WINDOW, this.memory)
  lines = ''

  constructor(disk = new MemoryStore()) {
    this.#store = new SeriesStore(disk, new KnownTypes(disk))
    this.#store.start()
    const parts = { store: this.#store, logger: silentLogger, throttle: new LogThrottle(1_000) }
    this.#budget = new BudgetStage({ seriesPerDevice: 1_000, series: 1_000 }, parts)
  }

  /** The reason for which the point is not stored; '' if it is. */
  send(slot: number, point: PlainPoint): string {
    const device = deviceOf(slot)
    const context = new TestContext(device, this.#store.open(device, 'm', `m,device=${device.device}`))
    const batch = batchOf([point])
    assert.equal(context.judge(this.#budget, batch, 0), 'keep')
    const judgement = context.judge(this.#stage, batch, 0)
    if (judgement !== 'keep') return judgement.reason
    this.lines += context.line()
    return ''
  }
}

const NAMES = [
  'temperature',
  'time',
  'a b',
  'x=y',
  'tab\tname',
  'end\\',
  '温度',
  '"quoted"',
  '#c',
  'back\\slash',
]
const TEXTS: Readonly<Record<TypeName, readonly string[]>> = {
  float: ['1', '-0.5', '1e-7', '1480.25', '1.0', '12345678901234567890'],
  integer: ['0', '-9223372036854775808', '42'],
  boolean: ['true', 'false'],
  string: [
    '',
    'RUN',
    'two\nlines',
    'a "quote"',
    'back\\slash',
    ' m,device=d1 a=1 5',
    '\\',
    '停机',
    '\u{1f600}',
    '5i',
  ],
}

function randomPoint(random: () => number): PlainPoint {
  const time = `17726007670${Math.floor(random() * 90) + 10}000000`
  const names = NAMES.filter(() => random() < 0.3)
  const types = Object.keys(TEXTS) as TypeName[]
  const fields = (names.length === 0 ? ['only'] : names).map((name) => {
    const type = pick(random, types)
    return [name, type, pick(random, TEXTS[type])] as const
  })
  return pointAt(time, ...fields)
}

test('what was stored before a kill and comes again after it is a duplicate, moved points too', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const random = seeded(seed)
    const sent = Array.from({ length: 100 }, () => ({
      slot: pick(random, [1, 2, 3]),
      point: randomPoint(random),
    }))
    const before = new Run()
    for (const { slot, point } of sent) before.send(slot, point)
    const after = new Run()
    after.memory.recall(before.lines, WINDOW)
    const again = sent.slice(-40).map(({ slot, point }) => after.send(slot, point))
    assert.deepEqual(new Set(again), new Set(['duplicate']), `seed ${seed}`)
  }
})

test('a point that is new after the kill is kept, at a time that nothing stored before has', () => {
  const before = new Run()
  before.send(1, pointAt('1000', ['a', 'float', '1']))
  before.send(1, pointAt('1000', ['a', 'float', '2']))
  const after = new Run()
  assert.deepEqual(after.memory.recall(Buffer.from(before.lines), WINDOW), { points: 2, failure: undefined })
  assert.equal(after.send(1, pointAt('1000', ['a', 'float', '3'])), '')
  assert.equal(after.lines, 'm,device=d1 a=3 1002\n')
})

test('blocks are recalled one after the other, and only the last points of a series stay', () => {
  const before = new Run()
  for (let i = 0; i < 100; i++) before.send(1, pointAt(String(1_000 + i), ['a', 'float', '1']))
  const lines = before.lines.split('\n').map((line) => `${line}\n`)
  const after = new Run()
  for (const line of lines.slice(0, 100)) assert.equal(after.memory.recall(line, WINDOW).points, 1)
  assert.equal(after.send(1, pointAt('1099', ['a', 'float', '1'])), 'duplicate')
  assert.equal(after.send(1, pointAt('1036', ['a', 'float', '1'])), 'duplicate')
  assert.equal(after.send(1, pointAt('1035', ['a', 'float', '1'])), '')
})

test('lines before one that cannot be read are remembered', () => {
  const run = new Run()
  const { points, failure } = run.memory.recall('m,device=d1 a=1 1000\nm,device=d1 a= 2000\n', WINDOW)
  assert.equal(points, 1)
  assert.ok(failure instanceof LineProtocolError)
  assert.equal(run.send(1, pointAt('1000', ['a', 'float', '1'])), 'duplicate')
})
