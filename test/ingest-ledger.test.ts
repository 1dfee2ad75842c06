import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Counts } from '../src/core/counts.js'
import { filtered, refused } from '../src/core/judgement.js'
import type { QualityStage } from '../src/quality/quality.js'
import { IngestRig, route } from './support/ingest-rig.js'

/** A payload's points: whether quality keeps, filters or refuses each; none for one that cannot be decoded. */
type Fate = 'keep' | 'filter' | 'refuse'

interface Sent {
  readonly device: string
  readonly isOurs: boolean
  readonly fates: readonly Fate[]
  readonly qos: 0 | 1 | 2
  /** Whether the primary sink settles all that is on disk after this message. */
  readonly settles: boolean
}

const sent: fc.Arbitrary<Sent> = fc.record({
  device: fc.constantFrom('d1', 'd2', 'd3'),
  isOurs: fc.boolean(),
  fates: fc.array(fc.constantFrom<Fate>('keep', 'filter', 'refuse'), { maxLength: 4 }),
  qos: fc.constantFrom<0 | 1 | 2>(0, 1, 2),
  settles: fc.boolean(),
})

const judging: QualityStage = {
  judge(batch, point) {
    const fate = batch.texts[batch.firstField[point]!]
    if (fate === 'refuse') return refused('bad_quality', 'as asked')
    return fate === 'filter' ? filtered('skipped') : 'keep'
  },
}

function countsOf(messages: readonly Sent[], storedBefore: number): Counts {
  const ours = messages.filter(({ isOurs }) => isOurs)
  const decoded = ours.filter(({ fates }) => fates.length > 0)
  const number = (fate: Fate, of = decoded) =>
    of.flatMap(({ fates }) => fates).filter((one) => one === fate).length
  const settled = decoded.filter((one) => messages.indexOf(one) <= storedBefore)
  const stored = number('keep', settled)
  return {
    messages: {
      received: messages.length,
      decoded: decoded.length,
      ignored: messages.length - ours.length,
      deadLettered: ours.length - decoded.length,
      refused: 0,
    },
    points: {
      decoded: number('keep') + number('filter') + number('refuse'),
      stored,
      filtered: number('filter'),
      deadLettered: number('refuse'),
      pending: number('keep') - stored,
    },
  }
}

async function drive(rig: IngestRig, messages: readonly Sent[]): Promise<void> {
  let settledThrough = 0
  for (const { device, isOurs, fates, qos, settles } of messages) {
    const payload = fates.length === 0 ? '[' : JSON.stringify(fates.map((fate) => ({ fate })))
    const settled = rig.send(isOurs ? `f/${device}` : 'other', payload, qos)
    if (!settles) continue
    await settled
    await rig.spool.flush()
    while (settledThrough < rig.spool.lastSequence) {
      settledThrough++
      rig.ledger.settle(settledThrough, rig.spool.read(settledThrough)!.block.tallies)
    }
  }
  await rig.spool.flush()
}

function assertBalanced({ messages, points }: Counts): void {
  const { received, decoded, ignored, deadLettered, refused } = messages
  assert.equal(received, decoded + ignored + deadLettered + refused)
  assert.equal(points.decoded, points.stored + points.filtered + points.deadLettered + points.pending)
  for (const count of [...Object.values(messages), ...Object.values(points)]) assert.ok(count >= 0)
}

test('after any mix of messages both equations hold, and every count is what was sent', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 40 }), async (messages) => {
      const rig = await IngestRig.start({ routes: [route('f/{device}')], quality: judging })
      try {
        await drive(rig, messages)
        const lastSettled = messages.findLastIndex(({ settles }) => settles)
        assert.deepEqual(rig.ledger.totals(), countsOf(messages, lastSettled))
        for (let slot = 0; slot <= rig.devices.size; slot++) assertBalanced(rig.ledger.counts(slot))
        assert.deepEqual(
          rig.ledger.sum(Array.from({ length: rig.devices.size + 1 }, (_, slot) => slot)),
          rig.ledger.totals(),
        )
        const { messages: counted, points } = rig.ledger.totals()
        assert.equal(rig.spool.deadLetters.count, counted.deadLettered + points.deadLettered)
        assert.equal(rig.points().length, points.stored + points.pending)
      } finally {
        await rig.close()
      }
    }),
    { seed: 1, numRuns: 60 },
  )
})
