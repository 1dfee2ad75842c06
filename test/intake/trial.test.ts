import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import type { StoredDeadLetter } from '../../src/core/dead-letter.js'
import { silentLogger } from '../../src/core/logger.js'
import type { TrialMessage, TrialPoint, TrialResult } from '../../src/core/trial.js'
import type { ExpressionWorker } from '../../src/decode/expression/index.js'
import { freshTrial, trialOf } from '../../src/intake/configured.js'
import { TableStore } from '../../src/intake/stores.js'
import type { ConfiguredTrial } from '../../src/intake/trial.js'
import { IngestRig } from '../support/ingest-rig.js'
import { TRIAL_CONFIG as CONFIG, randomMessages } from '../support/trial-messages.js'

const ARRIVAL_MS = 1_770_000_000_000
const TOPIC = 'plant/l1/d1/data'

function message(payload: string, changes: Partial<TrialMessage> = {}): TrialMessage {
  return { topic: TOPIC, payload: Buffer.from(payload), clientId: 'c', arrivalMs: ARRIVAL_MS, ...changes }
}

function values(...records: object[]): TrialMessage {
  return message(JSON.stringify({ values: records }))
}

describe('a trial', () => {
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close()
  })

  function fresh(): ConfiguredTrial {
    const trial = freshTrial(CONFIG, silentLogger)
    open.push(trial)
    return trial
  }

  async function rigWith(config = CONFIG): Promise<IngestRig> {
    const rig = await IngestRig.start({ config })
    open.push(rig)
    return rig
  }

  /** Of the rig as it stands. */
  function trialOn(rig: IngestRig): ConfiguredTrial {
    return trialOf(CONFIG, {
      quality: new TableStore(rig.state, () => assert.fail('a trial wrote')),
      devices: rig.devices,
      // No route has an expression.
      expressions: undefined as unknown as ExpressionWorker,
      logger: silentLogger,
    })
  }

  test('shows device, measurement, own tags, fields with their types, and where the time is from', () => {
    const [result] = fresh().run([
      values(
        { name: 'temp', v: 21.5, ts: 1_763_740_800_000, q: 192, from: 'opc' },
        { name: 'count', v: 3, q: 192, serial: 'd2' },
      ),
    ])
    assert.deepEqual(result, {
      topic: TOPIC,
      route: 'plant/{line}/{device}/data',
      decoder: 'json',
      points: [
        {
          device: 'l1/d1',
          measurement: 'telemetry',
          tags: { source: 'opc' },
          fields: [{ name: 'temp', type: 'float', text: '21.5' }],
          timeNs: '1763740800000000000',
          timeFrom: 'device',
          outcome: 'stored',
          reason: '',
          message: '',
          notes: [],
        },
        {
          device: 'l1/d2',
          measurement: 'telemetry',
          tags: {},
          fields: [{ name: 'count', type: 'float', text: '3' }],
          timeNs: `${ARRIVAL_MS}000000`,
          timeFrom: 'arrival',
          outcome: 'stored',
          reason: '',
          message: '',
          notes: [],
        },
      ],
    })
  })

  test('shows points as they would be stored: names that InfluxDB cannot have, and what is said of a clock', () => {
    const [plain] = fresh().run([message('{"ts":5,"time\\n":1}', { topic: 'plain/d' })])
    const [point] = plain!.points
    assert.deepEqual(
      point!.fields.map(({ name, text }) => [name, text]),
      [
        ['time ', '1'],
        ['clock_fault', 'unset'],
      ],
    )
    assert.deepEqual([point!.timeFrom, point!.timeNs], ['arrival', `${ARRIVAL_MS}000000`])
    assert.deepEqual(point!.notes, ['time_replaced'])
  })

  test('a point that quality refuses is shown as it came, with its reason', () => {
    const [result] = fresh().run([values({ name: 'temp', v: 210, ts: 1_763_740_800_000, q: 192 })])
    const [{ outcome, reason, message: said, timeFrom, fields }] = result!.points as [TrialPoint]
    assert.deepEqual([outcome, reason, timeFrom], ['deadLettered', 'value_out_of_bounds', 'device'])
    assert.match(said, /temp/)
    assert.equal(fields[0]!.text, '210')
  })

  test('a payload that cannot be read is shown with its place in the document and in the text', () => {
    const bad =
      '{"values":[{"name":"temp","v":1,"q":192},\n  {"name":"temp","v":1,"q":192,"ts":"yesterday"}]}'
    const [result] = fresh().run([message(bad)])
    const { reason, path, line, column } = result!.failure!
    assert.deepEqual([reason, path, line], ['bad_timestamp', 'values[1].ts', 2])
    assert.equal(bad.split('\n')[1]!.slice(column - 1, column + 9), '"yesterday')
    assert.deepEqual(result!.points, [])
  })

  test('of bytes that are no text, no line is named', () => {
    const [result] = fresh().run([message('', { payload: Buffer.from([0xff, 0x00]) })])
    assert.deepEqual([result!.failure!.line, result!.failure!.column], [0, 0])
  })

  test('a topic that no route takes has neither route nor points', () => {
    const result = fresh().run([message('{}', { topic: 'else/where' })])
    assert.deepEqual(result, [{ topic: 'else/where', route: '', decoder: '', points: [] }])
  })

  test('messages of one millisecond have times of arrival of their own', () => {
    const results = fresh().run([values({ name: 'a', v: 1, q: 192 }), values({ name: 'a', v: 2, q: 192 })])
    const times = results.flatMap(({ points }) => points.map(({ timeNs }) => timeNs))
    assert.deepEqual(times, [`${ARRIVAL_MS}000000`, `${ARRIVAL_MS}000001`])
  })

  test('what one message teaches holds for the next, and not for the next trial', () => {
    const trial = fresh()
    const asked = message('{"vals":[{"id":"7","val":1}]}', { topic: 'named/d/data' })
    const told = message('{"names":[{"id":"7","name":"pressure"}]}', { topic: 'named/d/meta' })
    const reasons = (results: readonly TrialResult[]) =>
      results.map(({ failure, points }) => failure?.reason ?? points[0]?.fields[0]?.name)
    assert.deepEqual(reasons(trial.run([asked, told, asked])), ['awaiting_names', undefined, 'pressure'])
    assert.deepEqual(reasons(trial.run([asked])), ['awaiting_names'])
  })

  test('a point that was held back and given back is stored in the end', () => {
    const at = (v: number, s: number) =>
      values({ name: 'flow', v, ts: 1_763_740_800_000 + s * 1_000, q: 192 })
    const results = fresh().run([at(1, 0), at(1, 1), at(1, 2), at(9, 3), at(1, 4)])
    const outcomes = results.map(({ points }) => points[0]!.outcome)
    assert.equal(outcomes[0], 'stored')
    assert.equal(outcomes[1], 'filtered')
    assert.equal(outcomes[2], 'stored', 'the corner, when the door closed')
    assert.equal(results[2]!.points[0]!.reason, '')
  })

  test('messages of a rejected device are not read', async () => {
    const rig = await rigWith()
    await rig.send(TOPIC, values({ name: 'a', v: 1, q: 192 }).payload)
    const trial = trialOf(CONFIG, {
      devices: {
        size: rig.devices.size,
        get: (slot) => rig.devices.get(slot),
        deviceFor: (levels) => rig.devices.deviceFor(levels),
        isRejected: (slot) => slot === 1,
      },
      expressions: undefined as unknown as ExpressionWorker,
      logger: silentLogger,
    })
    const [result, other] = trial.run([
      values({ name: 'a', v: 1, q: 192 }),
      message('{"values":[{"name":"a","v":1,"q":192,"serial":"d1"}]}', { topic: 'plant/l1/d9/data' }),
    ])
    assert.equal(result!.failure!.reason, 'device_rejected')
    assert.deepEqual([other!.points[0]!.outcome, other!.points[0]!.reason], ['filtered', 'device_rejected'])
  })

  test('counts, stores and remembers nothing, and no device joins the registry', async () => {
    const rig = await rigWith()
    await rig.send(TOPIC, values({ name: 'temp', v: 1, ts: 1, q: 192 }).payload)
    const before = await imageOf(rig)
    const trial = trialOn(rig)
    const tried = [
      ...randomMessages(7, 300, ARRIVAL_MS),
      values({ name: 'new', v: 1, q: 192, serial: 'unheard' }),
    ]
    assert.ok(trial.run(tried).some(({ points }) => points.some(({ outcome }) => outcome === 'stored')))
    assert.deepEqual(await imageOf(rig), before)
  })

  test('says what would become of a line that quality refused, and after it of the next', async () => {
    const rig = await rigWith()
    await rig.send(
      TOPIC,
      values({ name: 'temp', v: 210, ts: 1_763_740_800_000, q: 192, from: 'opc' }).payload,
    )
    const letter = rig.spool.deadLetters.get(1)!
    const refused = trialOn(rig).judgeLine(letter) as TrialPoint
    assert.deepEqual([refused.outcome, refused.reason], ['deadLettered', 'value_out_of_bounds'])
    const lenient = { ...CONFIG, quality: { ...CONFIG.quality, fields: {} } }
    const onRig = trialOf(lenient, {
      devices: rig.devices,
      expressions: undefined as unknown as ExpressionWorker,
      logger: silentLogger,
    })
    const point = onRig.judgeLine(letter) as TrialPoint
    assert.deepEqual(
      [point.device, point.tags, point.fields, point.timeNs, point.outcome],
      [
        'l1/d1',
        { source: 'opc' },
        [{ name: 'temp', type: 'float', text: '210' }],
        '1763740800000000000',
        'stored',
      ],
    )
    const again = onRig.judgeLine({ ...letter, id: 2 }) as TrialPoint
    assert.deepEqual([again.outcome, again.reason], ['filtered', 'duplicate'])
  })

  test('a line that a sink refused would go there as it is; one without a route nowhere', async () => {
    const rig = await rigWith()
    await rig.send(TOPIC, values({ name: 'temp', v: 210, ts: 1_763_740_800_000, q: 192 }).payload)
    const letter: StoredDeadLetter = rig.spool.deadLetters.get(1)!
    const bySink = trialOn(rig).judgeLine({ ...letter, sink: 'influx', slot: -1 }) as TrialPoint
    assert.deepEqual([bySink.outcome, bySink.device, bySink.tags], ['stored', 'l1/d1', {}])
    assert.match(String(trialOn(rig).judgeLine({ ...letter, topic: 'x' })), /no route matches the topic x/)
    assert.match(String(trialOn(rig).judgeLine({ ...letter, payload: Buffer.alloc(0) })), /holds none/)
  })
})

/** All that a gateway remembers on disk, and what waits to be written. */
async function imageOf(rig: IngestRig): Promise<unknown> {
  await rig.spool.flush()
  const tables = ['quality', 'decoders', 'devices', 'ledgerReasons']
  return {
    tables: tables.map((name) =>
      Array.from(rig.state.table(name).entries(), ({ key, value }) => [key, value.toString('hex')]),
    ),
    sequence: rig.spool.lastSequence,
    letters: rig.spool.deadLetters.lastId,
    totals: rig.ledger.totals(),
    devices: rig.devices.size,
    latest: rig.latest.of(1),
  }
}
