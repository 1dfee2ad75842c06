import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { LEVELS } from '../../src/core/device.js'
import { silentLogger } from '../../src/core/logger.js'
import type { TrialResult } from '../../src/core/trial.js'
import { freshTrial } from '../../src/intake/configured.js'
import { IngestRig, type SpooledPoint } from '../support/ingest-rig.js'
import { randomMessages, TRIAL_CONFIG } from '../support/trial-messages.js'

const ARRIVAL_MS = 1_770_000_000_000

describe('a trial', () => {
  for (const seed of [1, 2, 3]) {
    test(`says of each message what ingest does with it (messages ${seed})`, async (t) => {
      const trial = freshTrial(TRIAL_CONFIG, silentLogger)
      const messages = randomMessages(seed, 400, ARRIVAL_MS)
      const tried = trial.run(messages)
      const rig = await IngestRig.start({ config: TRIAL_CONFIG })
      t.after(async () => {
        await trial.close()
        await rig.close()
      })
      for (const { topic, payload, clientId } of messages) {
        rig.ingest.accept({ topic, payload, qos: 0, retain: false }, clientId, () => undefined)
      }
      await rig.spool.flush()
      assert.deepEqual(sorted(tried.flatMap(storedOf)), sorted(rig.points().map(spooled)))
      assert.deepEqual(lettersOf(tried), lettersIn(rig))
      assert.deepEqual(reasonsOf(tried), { ...rig.ledger.reasons([...slotsOf(rig)]) })
      const { messages: counted, points } = rig.ledger.totals()
      const all = tried.flatMap((result) => result.points)
      const of = (outcome: string) => all.filter((point) => point.outcome === outcome).length
      assert.deepEqual(
        [counted.ignored, counted.deadLettered, points.pending, points.filtered, points.deadLettered],
        [
          tried.filter(({ route }) => route === '').length,
          tried.filter(({ failure }) => failure !== undefined).length,
          of('stored'),
          of('filtered'),
          of('deadLettered'),
        ],
      )
      for (const kind of ['stored', 'filtered', 'deadLettered'])
        assert.ok(of(kind) > 5, `${kind}: ${of(kind)}`)
    })
  }
})

interface Stored {
  readonly device: string
  readonly measurement: string
  readonly tags: string
  readonly fields: string
  readonly time: string
}

/** Times of arrival are another each time. */
function timeOf(timeNs: string, isArrival: boolean): string {
  return isArrival ? 'arrival' : timeNs
}

function storedOf({ points }: TrialResult): Stored[] {
  return points
    .filter(({ outcome }) => outcome === 'stored')
    .map(({ device, measurement, tags, fields, timeNs, timeFrom }) => ({
      device,
      measurement,
      tags: JSON.stringify(Object.entries(tags)),
      fields: JSON.stringify(fields.map(({ name, text }) => [name, text])),
      time: timeOf(timeNs, timeFrom === 'arrival'),
    }))
}

function spooled({ measurement, tags, fields, time }: SpooledPoint): Stored {
  const levels = LEVELS.flatMap((level) => tags.find(({ name }) => name === level)?.value ?? [])
  const own = tags.filter(({ name }) => !LEVELS.some((level) => level === name))
  return {
    device: levels.join('/'),
    measurement,
    tags: JSON.stringify(own.map(({ name, value }) => [name, value])),
    fields: JSON.stringify(Object.entries(fields)),
    time: timeOf(time, Math.abs(Number(BigInt(time) / 1_000_000n) - Date.now()) < 60_000),
  }
}

function sorted(points: readonly Stored[]): readonly string[] {
  return points.map((point) => JSON.stringify(point)).sort()
}

function lettersOf(results: readonly TrialResult[]): string[] {
  const all = results.flatMap(({ failure, points }) => [
    ...(failure === undefined ? [] : [`${failure.reason}: ${failure.message}`]),
    ...points.flatMap(({ outcome, reason, message: said }) =>
      outcome === 'deadLettered' ? [`${reason}: ${said}`] : [],
    ),
  ])
  return all.map(withoutTime).sort()
}

function lettersIn(rig: IngestRig): string[] {
  const letters = Array.from(
    { length: rig.spool.deadLetters.lastId },
    (_, i) => rig.spool.deadLetters.get(i + 1)!,
  )
  return letters.map(({ reason }) => withoutTime(`${reason.code}: ${reason.message}`)).sort()
}

function withoutTime(text: string): string {
  return text.replace(/is [\d.]+ s (behind|ahead of) the arrival at .*/, '$1')
}

function* slotsOf(rig: IngestRig): Iterable<number> {
  for (let slot = 0; slot <= rig.devices.size; slot++) yield slot
}

function reasonsOf(results: readonly TrialResult[]): Record<string, number> {
  const counts: Record<string, number> = {}
  const all = results.flatMap(({ failure, points }) => [
    failure?.reason ?? '',
    ...points.flatMap(({ reason, notes }) => [reason, ...notes]),
  ])
  for (const reason of all) if (reason !== '') counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
