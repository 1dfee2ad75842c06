import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { ReloadReport } from '../../src/core/reload.js'
import { answerOf, problemIn } from '../support/answers.js'
import { HttpGateway } from '../support/http-gateway.js'
import { RunningGateway } from '../support/running-gateway.js'

const TOPIC = 'plant/d1/data'

function sections(max: number, level = 'info'): string {
  return `
routes: [ { topic: 'plant/{device}/data', decoder: json } ]
quality: { fields: { temp: { range: { max: ${max} } } } }
log: { level: ${level} }
`
}

describe('POST /api/v1/reload', () => {
  let gateway: RunningGateway
  before(async () => {
    gateway = await RunningGateway.start(sections(100))
    await gateway.publish(TOPIC, '{"temp":50}')
    await gateway.publish('plant/d2/data', '{"temp":5}')
  })
  after(() => gateway.close())

  async function reload(query = ''): Promise<ReloadReport> {
    return answerOf<ReloadReport>(await gateway.post(`/api/v1/reload${query}`), 200, 'POST')
  }

  async function filtered(): Promise<number> {
    const answer = await fetch(`${gateway.url}/api/v1/ledger`)
    const { totals } = (await answer.json()) as { totals: { points: { deadLettered: number } } }
    return totals.points.deadLettered
  }

  it('of the same file changes nothing', async () => {
    assert.deepEqual(await reload(), { applied: false, changes: [], needRestart: [], revokedConnections: 0 })
  })

  for (const query of ['?dryRun', '?dryRun=true']) {
    it(`${query} says what would change, of keys and of messages, and changes nothing`, async () => {
      gateway.write(sections(10))
      const { applied, changes, trial } = await reload(query)
      assert.equal(applied, false)
      assert.deepEqual(changes, [{ path: 'quality.fields.temp.range.max', before: 100, after: 10 }])
      assert.deepEqual([trial!.messages, trial!.changedMessages, trial!.changed.length], [2, 1, 1])
      const [{ before: was, after: is }] = trial!.changed as [NonNullable<typeof trial>['changed'][number]]
      assert.deepEqual(
        [was.topic, was.points[0]!.outcome, is.points[0]!.outcome],
        [TOPIC, 'stored', 'deadLettered'],
      )
      assert.equal((await reload(query)).changes.length, 1, 'it is not in force')
      gateway.write(sections(100))
    })
  }

  it('takes effect with the next message', async () => {
    const before = await filtered()
    gateway.write(sections(10))
    const report = await reload('?dryRun=false')
    assert.deepEqual([report.applied, report.changes.length, report.trial], [true, 1, undefined])
    await gateway.publish(TOPIC, '{"temp":50}')
    assert.equal((await filtered()) - before, 1)
  })

  it('says each time what needs a restart, and swaps the rest', async () => {
    gateway.write(sections(20, 'debug'))
    const needRestart = [{ path: 'log.level', before: 'info', after: 'debug' }]
    assert.deepEqual(await reload(), {
      applied: true,
      changes: [{ path: 'quality.fields.temp.range.max', before: 10, after: 20 }],
      needRestart,
      revokedConnections: 0,
    })
    assert.deepEqual(await reload(), { applied: false, changes: [], needRestart, revokedConnections: 0 })
  })

  it('says that the host application of the first Sparkplug route needs a restart', async () => {
    gateway.write("routes: [ { topic: 'spBv1.0/#', decoder: sparkplug } ]")
    const { changes, needRestart } = await reload('?dryRun')
    assert.ok(changes.length > 0)
    assert.ok(needRestart.some(({ path }) => path === 'sparkplug'))
  })

  it('a file that is not valid changes nothing, and all that is wrong with it is named', async () => {
    gateway.write(sections(20))
    await reload()
    gateway.write(
      'routes:\n  - { topic: a, decoder: jsn }\nquality: { fields: { temp: { range: { max: x } } } }',
    )
    for (const query of ['', '?dryRun']) {
      const problem = await problemIn(await gateway.post(`/api/v1/reload${query}`), 422, 'LG_CONFIG_INVALID')
      assert.deepEqual(
        problem.violations!.map(({ path, line }) => [path, line]),
        [
          ['routes[0].decoder', 5],
          ['quality.fields.temp.range.max', 6],
        ],
      )
    }
    const before = await filtered()
    await gateway.publish(TOPIC, '{"temp":50}')
    assert.equal((await filtered()) - before, 1)
  })

  it('refuses other values', async () => {
    await problemIn(await gateway.post('/api/v1/reload?dryRun=maybe'), 400, 'LG_REQUEST_INVALID')
    await problemIn(await gateway.post('/api/v1/reload?force=true'), 400, 'LG_REQUEST_INVALID')
  })

  it('is not there for a gateway that has no file', async () => {
    const http = await new HttpGateway().start()
    try {
      const answer = await http.get('/api/v1/reload', { method: 'POST' })
      await problemIn(answer, 409, 'LG_RELOAD_UNAVAILABLE')
    } finally {
      await http.close()
    }
  })
})
