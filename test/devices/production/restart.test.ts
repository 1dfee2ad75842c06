import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { ProductionSpec } from '../../../src/devices/production/plan.js'
import { pointsIn } from '../../support/ingest-rig.js'
import { HOUR_MS, MINUTE_MS, ProductionRig, type Recorded, START_MS } from './rig.js'

function closedDevices(recorded: readonly Recorded[]): Recorded[] {
  return recorded.filter(({ fields, tags }) => fields.closed === 'true' && tags.level === 'device')
}

/** Runs `body` with a gateway and, after a kill, with the one that follows it. */
async function acrossKill(
  before: (rig: ProductionRig) => Promise<void>,
  downMs: number,
  after: (rig: ProductionRig, killed: ProductionRig) => Promise<void> | void,
): Promise<void> {
  const rig = await ProductionRig.start()
  const next = await before(rig).then(() => rig.afterKill(rig.nowMs + downMs))
  try {
    await after(next, rig)
  } finally {
    await next.close()
    await rig.close()
  }
}

describe('after a restart', () => {
  test('counting goes on where it was', async () => {
    await acrossKill(
      async (rig) => {
        rig.send(1, { good_count: 100, state: 'running' })
        rig.send(1, { good_count: 104 })
        await rig.flush()
      },
      MINUTE_MS,
      (rig) => {
        assert.equal(rig.production.of(1)!.good, 4)
        assert.equal(rig.production.ofNode(rig.tree.tree.root).good, 4)
        rig.send(1, { good_count: 104 })
        rig.send(1, { good_count: 106 })
        assert.equal(rig.production.of(1)!.good, 6)
        rig.pass(MINUTE_MS)
        assert.equal(rig.production.of(1)!.runningMs, MINUTE_MS)
      },
    )
  })

  test('a shift that ended meanwhile is closed, with what it had', async () => {
    await acrossKill(
      async (rig) => {
        rig.send(1, { good_count: 0, bad_count: 0, state: 'running' })
        rig.pass(2 * MINUTE_MS)
        rig.send(1, { good_count: 9 })
        await rig.production.recorded()
        await rig.flush()
      },
      30 * HOUR_MS,
      async (rig) => {
        const [closed, ...more] = closedDevices(rig.recorded)
        assert.deepEqual(more, [])
        assert.deepEqual(
          [closed!.tags.shift, closed!.tags.day, closed!.fields.good],
          ['early', '2027-01-15', '9'],
        )
        assert.equal(closed!.timeMs, START_MS + 8 * HOUR_MS - 1)
        assert.equal(closed!.fields.plannedBusyMs, String(7.5 * HOUR_MS))
        assert.equal(rig.recorded.filter(({ fields }) => fields.closed === 'true').length, 5)
        assert.deepEqual([rig.production.of(1)!.good, rig.production.of(1)!.ever.good], [0, 9])
        rig.send(1, { good_count: 11 })
        assert.equal(rig.production.of(1)!.good, 2)
        await rig.flush()
        const third = await rig.afterKill()
        assert.deepEqual(third.recorded, [])
        assert.equal(third.production.of(1)!.good, 2)
        await third.close()
      },
    )
  })

  test('a shift whose closing was lost is closed again with the same points', async () => {
    await acrossKill(
      async (rig) => {
        rig.send(1, { good_count: 0 })
        rig.send(2, { good_count: 0 })
        rig.send(1, { good_count: 5 })
        rig.send(2, { good_count: 6 })
        await rig.flush()
        rig.nowMs = START_MS + 8 * HOUR_MS + 10
        // The message of the new shift reaches the disk, the closing of the old one does not.
        rig.send(1, { good_count: 8 })
        await rig.flush()
      },
      0,
      async (rig, killed) => {
        killed.production.tick()
        await killed.production.recorded()
        assert.equal(closedDevices(rig.recorded).length, 2)
        assert.deepEqual(
          rig.recorded.filter(({ fields }) => fields.closed === 'true'),
          killed.recorded.filter(({ fields }) => fields.closed === 'true'),
        )
        assert.deepEqual(
          [1, 2].map((slot) => rig.production.of(slot)!.good),
          [3, 0],
        )
      },
    )
  })

  test('a shift that another calendar ends early is closed as it stands', async () => {
    const rig = await ProductionRig.start()
    rig.send(1, { good_count: 0 })
    rig.send(1, { good_count: 3 })
    await rig.production.close()
    await rig.flush()
    rig.spool.stop()
    await rig.state.close()
    const none = { at: () => undefined, next: () => undefined }
    const next = await ProductionRig.start({
      directory: rig.directory,
      calendar: none,
      nowMs: START_MS + HOUR_MS,
    })
    assert.deepEqual(
      closedDevices(next.recorded).map(({ fields, timeMs }) => [fields.good, timeMs]),
      [['3', START_MS + HOUR_MS - 1]],
    )
    next.send(1, { good_count: 4 })
    const { shift, good, availability } = next.production.of(1)!
    assert.deepEqual([shift, good, availability], [undefined, 1, null])
    await next.close()
  })

  test('a device that is gone from the registry is forgotten', async () => {
    const { PlainTree } = await import('./tree.js')
    const rig = await ProductionRig.start()
    rig.send(3, { good_count: 1 })
    await rig.production.close()
    await rig.flush()
    rig.spool.stop()
    await rig.state.close()
    const next = await ProductionRig.start({ directory: rig.directory, tree: new PlainTree('a/b/c/d') })
    assert.equal(next.production.of(3), undefined)
    await next.close()
  })
})

const INCREMENTS: ProductionSpec = { counters: { good: { field: 'n', kind: 'increment' } } }

/** A message, the end of a block, or time for a commit to end. */
type Action = { readonly slot: number; readonly n: number } | 'close' | 'wait'

const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ slot: fc.integer({ min: 1, max: 3 }), n: fc.integer({ min: 1, max: 9 }) }),
    },
    { weight: 2, arbitrary: fc.constant('close' as const) },
    { weight: 2, arbitrary: fc.constant('wait' as const) },
  ),
  { minLength: 4, maxLength: 30 },
)

async function act(rig: ProductionRig, action: Action): Promise<void> {
  if (action === 'wait') await new Promise((resolve) => setTimeout(resolve, 1))
  else if (action === 'close') void rig.spool.flush()
  else rig.send(action.slot, { n: action.n }, { spec: INCREMENTS, line: `n=${action.n}` })
}

test('killed at any instant, the counts are those of exactly the messages on disk', async () => {
  let blocks = 0
  await fc.assert(
    fc.asyncProperty(actions, async (all) => {
      const rig = await ProductionRig.start()
      for (const action of all) await act(rig, action)
      const next = await rig.afterKill()
      const onDisk = [0, 0, 0]
      for (const { series, fields } of pointsIn(next.spool).map(slotOf)) onDisk[series - 1]! += fields
      blocks += next.spool.lastSequence
      assert.deepEqual(
        [1, 2, 3].map((slot) => next.production.of(slot)?.good ?? 0),
        onDisk,
      )
      await next.close()
      await rig.close()
    }),
    { seed: 1, numRuns: 60 },
  )
  assert.ok(blocks > 60)
})

function slotOf(point: ReturnType<typeof pointsIn>[number]): { series: number; fields: number } {
  const slot = point.tags.find(({ name }) => name === 'slot')?.value
  return { series: Number(slot ?? 1), fields: Number(point.fields.n ?? 0) }
}
