import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Sink, STORED } from '../../src/core/sink.js'
import { at, blocks, historyOf, ns } from './batches.js'

export interface ContractRig {
  /** A sink on an empty store, started. */
  open(): Promise<Sink>
  /** What the store has of a field, read without the sink where the sink has no history: value by RFC 3339 time. */
  read(sink: Sink, field: string): Promise<Readonly<Record<string, number>>>
}

/** What holds for every sink, also for one that stores numbers only. */
export function contractOfWriting(store: string, rig: ContractRig): void {
  test(`${store}: a batch of several blocks is stored`, async () => {
    const sink = await rig.open()
    const batch = blocks(1, [line('a=1,b=2.5', 0), line('a=2', 1)], [line('a=3', 2)])
    assert.deepEqual(await sink.write(batch), STORED)
    assert.deepEqual(await rig.read(sink, 'a'), { [at(0)]: 1, [at(1)]: 2, [at(2)]: 3 })
    assert.deepEqual(await rig.read(sink, 'b'), { [at(0)]: 2.5 })
    await sink.close()
  })

  test(`${store}: a batch that comes again, cut elsewhere, changes nothing`, async () => {
    const sink = await rig.open()
    const [first, second, third] = [[line('a=1', 0)], [line('a=2', 1)], [line('a=3', 2)]] as const
    assert.deepEqual(await sink.write(blocks(1, first, second)), STORED)
    assert.deepEqual(await sink.write(blocks(1, first, second)), STORED)
    assert.deepEqual(await sink.write(blocks(2, second, third)), STORED)
    assert.deepEqual(await rig.read(sink, 'a'), { [at(0)]: 1, [at(1)]: 2, [at(2)]: 3 })
    await sink.close()
  })

  test(`${store}: starting again changes nothing`, async () => {
    const sink = await rig.open()
    await sink.write(blocks(1, [line('a=1', 0)]))
    await sink.start()
    assert.deepEqual(await sink.write(blocks(2, [line('a=2', 1)])), STORED)
    assert.deepEqual(await rig.read(sink, 'a'), { [at(0)]: 1, [at(1)]: 2 })
    await sink.close()
  })

  test(`${store}: closing waits for the write that is under way`, async () => {
    const sink = await rig.open()
    const verdict = sink.write(blocks(1, [line('a=1', 0)]))
    let closed = false
    const closing = sink.close().then(() => {
      closed = true
    })
    assert.deepEqual(await verdict, STORED)
    assert.equal(closed, false)
    await closing
  })
}

/** What holds for every sink that stores all types and answers history. */
export function contractOfHistory(store: string, rig: Pick<ContractRig, 'open'>): void {
  const ofLines = async (lines: readonly string[], check: (sink: Sink) => Promise<void>) => {
    const sink = await rig.open()
    assert.deepEqual(await sink.write(blocks(1, lines)), STORED)
    await check(sink)
    await sink.close()
  }

  test(`${store}: every type of field comes back exactly, with its time to the nanosecond`, async () => {
    const lines = [
      `telemetry,device=imm-01 big=9007199254740993i,least=-9223372036854775808i,count=7i,f=0.1,whole=3,on=true,s="a \\"b\\" \\\\ c, d=e 温" ${ns(1, 5)}`,
      `telemetry,device=imm-01 f=1e21,long=1763718000000000000,stamp=1763718000000000000i ${ns(2, 120_000_000)}`,
    ]
    await ofLines(lines, async (sink) => {
      const of = (field: string) => sink.query(historyOf(field))
      const first = at(1, '000000005')
      assert.deepEqual(await of('big'), [{ time: first, value: 9007199254740993n }])
      assert.deepEqual(await of('least'), [{ time: first, value: -9223372036854775808n }])
      assert.deepEqual(await of('count'), [{ time: first, value: 7 }])
      assert.deepEqual(await of('whole'), [{ time: first, value: 3 }])
      assert.deepEqual(await of('on'), [{ time: first, value: true }])
      assert.deepEqual(await of('s'), [{ time: first, value: 'a "b" \\ c, d=e 温' }])
      const second = at(2, '12')
      const floats = [
        { time: first, value: 0.1 },
        { time: second, value: 1e21 },
      ]
      assert.deepEqual(await of('f'), floats)
      assert.deepEqual(await of('long'), [{ time: second, value: 1_763_718_000_000_000_000 }])
      assert.deepEqual(await of('stamp'), [{ time: second, value: 1_763_718_000_000_000_000n }])
    })
  })

  test(`${store}: a point that is written again has its last value, whichever block it is in`, async () => {
    const sink = await rig.open()
    await sink.write(blocks(1, [line('a=1', 0), line('a=2', 0)]))
    assert.deepEqual(await sink.query(historyOf('a')), [{ time: at(0), value: 2 }])
    await sink.write(blocks(2, [line('a=3', 0)]))
    assert.deepEqual(await sink.query(historyOf('a')), [{ time: at(0), value: 3 }])
    assert.deepEqual(await sink.query(historyOf('a', { everyMs: 1000, aggregate: 'count' })), [
      { time: at(0), value: 1 },
    ])
    await sink.close()
  })

  test(`${store}: windows are aligned to the epoch, and empty ones are left out`, async () => {
    const lines = [line('v=1', 11), line('v=4', 14), line('v=1', 16), line('v=9', 33)]
    await ofLines(lines, async (sink) => {
      const windows = (aggregate: 'mean' | 'min' | 'max' | 'last' | 'count') =>
        sink.query(historyOf('v', { everyMs: 10_000, aggregate }))
      const [first, second] = [at(10), at(30)]
      const rows = (a: number, b: number) => [
        { time: first, value: a },
        { time: second, value: b },
      ]
      assert.deepEqual(await windows('mean'), rows(2, 9))
      assert.deepEqual(await windows('min'), rows(1, 9))
      assert.deepEqual(await windows('max'), rows(4, 9))
      assert.deepEqual(await windows('last'), rows(1, 9))
      assert.deepEqual(await windows('count'), rows(3, 1))
      assert.deepEqual(await sink.query(historyOf('v', { everyMs: 10_000 })), rows(1, 9))
    })
  })

  test(`${store}: from is inclusive, to is exclusive, and the oldest rows come first up to the limit`, async () => {
    const lines = [line('v=0', 0), line('v=1', 1), line('v=2', 2), line('v=3', 3)]
    await ofLines(lines, async (sink) => {
      const { fromMs } = historyOf('v')
      const valuesOf = async (query: object) =>
        (await sink.query(historyOf('v', query))).map(({ value }) => value)
      assert.deepEqual(await valuesOf({ fromMs: fromMs + 1000, toMs: fromMs + 3000 }), [1, 2])
      assert.deepEqual(await valuesOf({ limit: 2 }), [0, 1])
      assert.deepEqual(await valuesOf({ limit: 2, everyMs: 1000, aggregate: 'max' }), [0, 1])
      assert.deepEqual(await valuesOf({ fromMs: fromMs + 500, everyMs: 2000, aggregate: 'count' }), [1, 2])
    })
  })

  test(`${store}: tags select the series, and an empty one those without it`, async () => {
    const lines = [
      `telemetry,device=imm-01,site=ningbo v=1 ${ns(0)}`,
      `telemetry,device=imm-01,site=yiwu v=2 ${ns(1)}`,
      `telemetry,device=imm-02,site=ningbo v=3 ${ns(2)}`,
      `telemetry,device=it's\\ "\\,\\=\\ x v=4 ${ns(3)}`,
      `telemetry,device=imm-02 v=5 ${ns(4)}`,
    ]
    await ofLines(lines, async (sink) => {
      const valuesOf = async (tags: Record<string, string>) =>
        (await sink.query(historyOf('v', { tags }))).map(({ value }) => value)
      assert.deepEqual(await valuesOf({ device: 'imm-01' }), [1, 2])
      assert.deepEqual(await valuesOf({ device: 'imm-01', site: 'yiwu', area: '' }), [2])
      assert.deepEqual(await valuesOf({ device: 'imm-01', site: 'nowhere' }), [])
      assert.deepEqual(await valuesOf({ device: 'imm-02', site: '' }), [5])
      assert.deepEqual(await valuesOf({ device: 'imm-02', site: 'ningbo' }), [3])
      assert.deepEqual(await valuesOf({ device: 'it\'s ",= x' }), [4])
      assert.deepEqual(await valuesOf({ device: "x' OR device = 'imm-01" }), [])
      assert.deepEqual(await valuesOf({ device: "x\\' OR 1=1 --" }), [])
      assert.deepEqual(await valuesOf({ 'device" = \'imm-01\' OR "x': 'imm-01' }), [])
    })
  })

  test(`${store}: a field that is unknown has no rows`, async () => {
    await ofLines([line('v=1', 0)], async (sink) => {
      assert.deepEqual(await sink.query(historyOf('nothing')), [])
      assert.deepEqual(await sink.query(historyOf('v" FROM telemetry; DROP MEASUREMENT "telemetry')), [])
      assert.deepEqual(await sink.query(historyOf('v', { measurement: 'nothing' })), [])
      assert.equal((await sink.query(historyOf('v'))).length, 1)
    })
  })

  test(`${store}: a field of several measurements is one stream, or that of the measurement named`, async () => {
    const lines = [
      `a,device=imm-01 v=1 ${ns(0)}`,
      `a,device=imm-01 v=3 ${ns(2)}`,
      `b,device=imm-01 v=8 ${ns(1)}`,
      `b,device=imm-01 v=5 ${ns(12)}`,
    ]
    await ofLines(lines, async (sink) => {
      const valuesOf = async (query: object) =>
        (await sink.query(historyOf('v', query))).map(({ value }) => value)
      assert.deepEqual(await valuesOf({}), [1, 8, 3, 5])
      assert.deepEqual(await valuesOf({ measurement: 'b' }), [8, 5])
      const windows = (aggregate: string) => valuesOf({ everyMs: 10_000, aggregate })
      assert.deepEqual(await windows('mean'), [4, 5])
      assert.deepEqual(await windows('min'), [1, 5])
      assert.deepEqual(await windows('max'), [8, 5])
      assert.deepEqual(await windows('last'), [3, 5])
      assert.deepEqual(await windows('count'), [3, 1])
    })
  })

  test(`${store}: words and switches have a last value and a count, and no mean`, async () => {
    await ofLines([line('s="run",on=true', 0), line('s="stop",on=false', 1)], async (sink) => {
      const of = (field: string, aggregate: 'last' | 'count' | 'mean' | 'max') =>
        sink.query(historyOf(field, { everyMs: 10_000, aggregate }))
      assert.deepEqual(await of('s', 'last'), [{ time: at(0), value: 'stop' }])
      assert.deepEqual(await of('on', 'last'), [{ time: at(0), value: false }])
      assert.deepEqual(await of('s', 'count'), [{ time: at(0), value: 2 }])
      for (const field of ['s', 'on']) {
        await assert.rejects(of(field, 'mean'), { code: 'LG_REQUEST_INVALID' })
        await assert.rejects(of(field, 'max'), { code: 'LG_REQUEST_INVALID' })
      }
    })
  })

  test(`${store}: extremes of integers beyond 2^53 are exact`, async () => {
    const lines = [line('n=9007199254740993i', 0), line('n=9007199254740995i', 1)]
    await ofLines(lines, async (sink) => {
      const of = (aggregate: 'min' | 'max' | 'last') =>
        sink.query(historyOf('n', { everyMs: 60_000, aggregate }))
      assert.deepEqual(await of('min'), [{ time: at(0), value: 9007199254740993n }])
      assert.deepEqual(await of('max'), [{ time: at(0), value: 9007199254740995n }])
      assert.deepEqual(await of('last'), [{ time: at(0), value: 9007199254740995n }])
    })
  })
}

/** A point of the device that `historyOf` asks for. */
function line(fields: string, seconds: number): string {
  return `telemetry,device=imm-01 ${fields} ${ns(seconds)}`
}
