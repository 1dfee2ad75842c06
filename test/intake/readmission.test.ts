import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { parseConfig } from '../../src/config/validate.js'
import type { Counts } from '../../src/core/counts.js'
import { type DeadLetter, NOT_COUNTED, type StoredDeadLetter } from '../../src/core/dead-letter.js'
import { Column } from '../../src/core/tally.js'
import type { ReadingConfig } from '../../src/intake/configured.js'
import { IngestRig, pointsIn } from '../support/ingest-rig.js'

const TOPIC = 'plant/d1/data'
const ROUTE = { topic: 'plant/{device}/data', decoder: 'json', timestamp: { key: 'ts', unit: 'ms' } }
const TS = 1_763_740_800_000

function configOf(route: object, quality: object = {}): ReadingConfig {
  return parseConfig({ routes: [{ ...ROUTE, ...route }], quality })
}

const range = (max: number, otherwise = 'dead-letter') => ({
  fields: { temp: { range: { max, otherwise } } },
})
const STRICT = configOf({}, range(100))

describe('a dead letter that is taken in again', () => {
  const rigs: IngestRig[] = []
  afterEach(async () => {
    for (const rig of rigs.splice(0)) await rig.close()
  })

  async function start(config = STRICT): Promise<IngestRig> {
    const rig = await IngestRig.start({ config })
    rigs.push(rig)
    return rig
  }

  function letterOf(rig: IngestRig, id = 1): StoredDeadLetter {
    return rig.spool.deadLetters.get(id)!
  }

  async function keep(rig: IngestRig, changes: Partial<DeadLetter>): Promise<void> {
    rig.spool.deadLetter({ ...letterOf(rig), ...changes })
    // A letter alone does not make a block.
    rig.spool.alongside(() => undefined)
    await rig.spool.flush()
    // What is read before the next turn may be of a snapshot without it.
    await setImmediate()
  }

  /** By the configuration as it is now; resolves when it is on disk. */
  async function readmit(rig: IngestRig, config: ReadingConfig, letter = letterOf(rig)) {
    rig.sources.replace(rig.readingOf(config))
    const outcome = rig.ingest.readmit(letter)
    await rig.spool.flush()
    assertAddsUp(rig.ledger.totals())
    return outcome
  }

  const counted = (rig: IngestRig) => {
    const { messages, points } = rig.ledger.totals()
    return [
      messages.received,
      messages.decoded,
      messages.deadLettered,
      points.decoded,
      points.filtered,
      points.deadLettered,
      points.pending,
    ]
  }

  test('as a message, is decoded: the letter goes, and the ledger moves it', async () => {
    const rig = await start()
    await rig.send(TOPIC, '21.5;4')
    assert.deepEqual(counted(rig), [1, 0, 1, 0, 0, 0, 0])
    const { timeMs } = letterOf(rig)
    await new Promise((resolve) => setTimeout(resolve, 5))
    const outcome = await readmit(rig, configOf({ decoder: 'value', field: 'raw' }))
    assert.deepEqual(outcome, { kind: 'decoded' })
    assert.deepEqual(counted(rig), [1, 1, 0, 1, 0, 0, 1])
    assert.deepEqual(rig.ledger.reasons([1]), {})
    assert.equal(rig.spool.deadLetters.get(1), undefined)
    const [point] = rig.points()
    assert.deepEqual(point!.fields, { raw: '21.5;4' })
    assert.equal(point!.time.slice(0, -6), String(timeMs), 'it has the time at which it first came')
  })

  test('as a message that is refused again, stays with its new reason', async () => {
    const rig = await start()
    await rig.send(TOPIC, '{"temp":null}')
    const { timeMs, id } = letterOf(rig)
    const before = letterOf(rig).reason.code
    const outcome = await readmit(
      rig,
      configOf({ mapping: { records: { at: 'values[*]', field: 'n', value: 'v' } } }),
    )
    assert.equal(outcome.kind, 'refused')
    const { reason, timeMs: stillAt } = letterOf(rig, id)
    assert.notEqual(reason.code, before)
    assert.deepEqual([reason, stillAt], [(outcome as { reason: object }).reason, timeMs])
    assert.deepEqual(counted(rig), [1, 0, 1, 0, 0, 0, 0])
    assert.deepEqual(rig.ledger.reasons([1]), { [reason.code]: 1 })
  })

  test('is no sign of life of the devices that it has points of', async () => {
    const records = { at: '[*]', value: 'v', field: '=x', device: { device: 'id' } }
    const rig = await start(configOf({ mapping: { records: { ...records, at: 'other' } } }))
    await rig.send(TOPIC, '[{"id":"sensor-1","v":1}]')
    assert.deepEqual(await readmit(rig, configOf({ mapping: { records } })), { kind: 'decoded' })
    const { slot } = rig.devices.at('sensor-1')!
    assert.equal(rig.ledger.counts(slot).points.decoded, 1)
    assert.equal(rig.ledger.value(slot, Column.carried), 0)
    assert.equal(rig.ledger.lastReceivedMs(slot), 0)
  })

  test('without a route, changes nothing', async () => {
    const rig = await start()
    await rig.send(TOPIC, '{')
    const before = letterOf(rig)
    const outcome = await readmit(rig, configOf({ topic: 'else/{device}' }))
    assert.equal(outcome.kind, 'unroutable')
    assert.deepEqual(letterOf(rig), before)
    assert.deepEqual(counted(rig), [1, 0, 1, 0, 0, 0, 0])
  })

  describe('as a point that quality refused', () => {
    async function refusedPoint(): Promise<IngestRig> {
      const rig = await start()
      await rig.send(TOPIC, `{"temp":210,"state":"run","ts":${TS}}`)
      assert.deepEqual(counted(rig), [1, 1, 0, 1, 0, 1, 0])
      assert.deepEqual(rig.ledger.reasons([1]), { value_out_of_bounds: 1 })
      return rig
    }

    test('is kept now', async () => {
      const rig = await refusedPoint()
      assert.deepEqual(await readmit(rig, configOf({}, range(300))), { kind: 'decoded' })
      assert.deepEqual(counted(rig), [1, 1, 0, 1, 0, 0, 1])
      assert.deepEqual(rig.ledger.reasons([1]), {})
      assert.deepEqual(rig.points(), [
        {
          measurement: 'telemetry',
          tags: [{ name: 'device', value: 'd1' }],
          fields: { temp: '210', state: 'run' },
          time: `${TS}000000`,
        },
      ])
      assert.equal(rig.spool.deadLetters.count, 0)
    })

    test('is left out now', async () => {
      const rig = await refusedPoint()
      assert.deepEqual(await readmit(rig, configOf({}, range(200, 'filter'))), { kind: 'decoded' })
      assert.deepEqual(counted(rig), [1, 1, 0, 1, 1, 0, 0])
      assert.deepEqual(rig.ledger.reasons([1]), { out_of_bounds: 1 })
      assert.deepEqual(rig.points(), [])
    })

    test('is changed now, and what is said of it is counted', async () => {
      const rig = await refusedPoint()
      await readmit(rig, configOf({}, range(200, 'clamp')))
      assert.deepEqual(counted(rig), [1, 1, 0, 1, 0, 0, 1])
      assert.deepEqual(rig.ledger.reasons([1]), { value_clamped: 1 })
      assert.equal(rig.points()[0]!.fields.temp, '200')
    })

    test('is refused for another reason', async () => {
      const rig = await refusedPoint()
      const outcome = await readmit(
        rig,
        configOf({}, { time: { maxBehindMs: 1_000, beyond: 'dead-letter' }, ...range(300) }),
        {
          ...letterOf(rig),
          timeMs: TS + 3_600_000,
        },
      )
      assert.equal(outcome.kind, 'refused')
      assert.equal(letterOf(rig).reason.code, 'clock_beyond')
      assert.deepEqual(counted(rig), [1, 1, 0, 1, 0, 1, 0])
      assert.deepEqual(rig.ledger.reasons([1]), { clock_beyond: 1 })
    })

    test('keeps a tag of its payload that has the name of a level', async () => {
      const rig = await start(configOf({ decoder: 'line-protocol', timestamp: {} }, range(100)))
      await rig.send(TOPIC, `m,site=south,k=v temp=210 ${TS}000000`)
      await readmit(rig, configOf({ decoder: 'line-protocol', timestamp: {} }, range(300)))
      assert.deepEqual(
        rig.points()[0]!.tags,
        Object.entries({ device: 'd1', k: 'v', site: 'south' }).map(([name, value]) => ({ name, value })),
      )
    })

    test('is not decoded or doubled by a kill before it is on disk', async () => {
      const rig = await refusedPoint()
      rig.sources.replace(rig.readingOf(configOf({}, range(300))))
      assert.equal(rig.ingest.readmit(letterOf(rig)).kind, 'decoded')
      const found = await rig.afterKill(({ spool }) => [pointsIn(spool).length, spool.deadLetters.get(1)?.id])
      assert.deepEqual(found, [0, 1])
      await rig.spool.flush()
      const after = await rig.afterKill(({ spool }) => [pointsIn(spool).length, spool.deadLetters.get(1)?.id])
      assert.deepEqual(after, [1, undefined])
    })
  })

  describe('as a line that a sink refused', () => {
    /** A point was stored but for the refusal of the sink. */
    async function refusedBySink(slot: number): Promise<IngestRig> {
      const rig = await start()
      await rig.send(TOPIC, `{"temp":21,"ts":${TS}}`)
      rig.ledger.settle(1, rig.spool.read(1)!.block.tallies)
      if (slot !== NOT_COUNTED) rig.ledger.reject(slot, 1, 'sink_rejected')
      await rig.send('plant/other/data', '{')
      await keep(rig, {
        kind: 'line',
        sink: 'sink',
        slot,
        device: 'd1',
        reason: { code: 'sink_rejected', message: 'field type conflict' },
        payload: Buffer.from(`telemetry,device=d1 temp=21 ${TS}000000`),
      })
      return rig
    }

    test('goes to the sinks again; the primary sink has it pending', async () => {
      const rig = await refusedBySink(1)
      assert.deepEqual(rig.ledger.reasons([1]), { sink_rejected: 1 })
      assert.equal(rig.ledger.counts(1).points.deadLettered, 1)
      assert.deepEqual(await readmit(rig, STRICT, letterOf(rig, 2)), { kind: 'decoded' })
      assert.deepEqual(rig.ledger.counts(1).points, {
        decoded: 1,
        stored: 0,
        filtered: 0,
        deadLettered: 0,
        pending: 1,
      })
      assert.deepEqual(rig.ledger.reasons([1]), {})
      assert.deepEqual(
        rig.points().map(({ time }) => time),
        [`${TS}000000`, `${TS}000000`],
      )
      assert.equal(rig.spool.deadLetters.get(2), undefined)
    })

    test('of a sink beside it is counted nowhere', async () => {
      const rig = await refusedBySink(NOT_COUNTED)
      const before = rig.ledger.counts(1)
      assert.deepEqual(await readmit(rig, STRICT, letterOf(rig, 2)), { kind: 'decoded' })
      assert.deepEqual(rig.ledger.counts(1), before)
      assert.equal(rig.points().length, 2)
    })

    test('that holds nothing stays', async () => {
      const rig = await refusedBySink(1)
      const outcome = await readmit(rig, STRICT, { ...letterOf(rig, 2), payload: Buffer.alloc(0) })
      assert.equal(outcome.kind, 'unroutable')
      assert.ok(rig.spool.deadLetters.get(2))
    })
  })

  test('has times of arrival that no other letter of the same millisecond has', async () => {
    const rig = await start(configOf({ fieldTypes: { temp: 'integer' } }))
    const payload = `[${Array.from({ length: 500 }, (_, n) => `{"temp":${n + 0.5}}`).join()}]`
    await rig.send(TOPIC, payload)
    const { timeMs } = letterOf(rig)
    for (let n = 0; n < 9; n++) await keep(rig, { timeMs })
    rig.sources.replace(rig.readingOf(configOf({})))
    for (let id = 1; id <= 10; id++) assert.equal(rig.ingest.readmit(letterOf(rig, id)).kind, 'decoded')
    await rig.spool.flush()
    const times = rig.points().map(({ time }) => time)
    assert.equal(new Set(times).size, 5_000)
    assert.ok(times.every((time) => time.slice(0, -6) === String(timeMs) && time.length === 19))
  })
})

function assertAddsUp({ messages, points }: Counts): void {
  const { received, decoded, ignored, deadLettered, refused } = messages
  assert.equal(received, decoded + ignored + deadLettered + refused)
  assert.equal(points.decoded, points.stored + points.filtered + points.deadLettered + points.pending)
  for (const count of [...Object.values(messages), ...Object.values(points)]) assert.ok(count >= 0)
}
