import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import Type from 'typebox'
import { Check } from 'typebox/value'
import { productionRoute } from '../../../src/http/routes/production.js'
import { HttpGateway } from '../../support/http-gateway.js'
import { MINUTE_MS, ProductionRig } from './rig.js'

interface Answer {
  readonly shift: {
    readonly name: string
    readonly day: string
    readonly start: string
    readonly end: string
  }
  readonly nodes: readonly Record<string, unknown>[]
}

describe('GET /api/v1/production', () => {
  let rig: ProductionRig
  let gateway: HttpGateway
  before(async () => {
    rig = await ProductionRig.start()
    gateway = await new HttpGateway({ production: rig.production }).start()
    rig.send(1, { good_count: 0, bad_count: 0, state: 'running' })
    rig.pass(10 * MINUTE_MS)
    rig.send(1, { good_count: 15, bad_count: 5 })
  })
  after(async () => {
    await gateway.close()
    await rig.close()
  })

  async function ask(query = ''): Promise<Answer> {
    const response = await gateway.get(`/api/v1/production${query}`)
    assert.equal(response.status, 200)
    const answer: unknown = await response.json()
    assert.ok(Check(Type.Unsafe<Answer>(productionRoute.spec.answer), answer))
    return answer
  }

  test('answers the shift and the figures of a node and of what is right below it', async () => {
    const { shift, nodes } = await ask('?path=ningbo/moulding/line1')
    assert.deepEqual(shift, {
      name: 'early',
      day: '2027-01-15',
      start: '2027-01-15T06:00:00.000Z',
      end: '2027-01-15T14:00:00.000Z',
    })
    assert.deepEqual(
      nodes.map(({ path, level }) => [path, level]),
      [
        ['ningbo/moulding/line1', 'line'],
        ['ningbo/moulding/line1/imm-01', 'device'],
      ],
    )
    const counts = { good: 15, bad: 5, cycles: 0, resets: 0, wraps: 0, stepBacks: 0, ignored: 0 }
    assert.deepEqual(nodes[1], {
      path: 'ningbo/moulding/line1/imm-01',
      level: 'device',
      devices: 1,
      ...counts,
      runningMs: 600_000,
      plannedBusyMs: 600_000,
      availability: 1,
      effectiveness: 1,
      qualityRatio: 0.75,
      oee: 0.75,
      ever: counts,
    })
  })

  test('goes as deep as it is asked to', async () => {
    const lengths = [0, 1, 2, 3, 4].map(async (depth) => (await ask(`?depth=${depth}`)).nodes.length)
    assert.deepEqual(await Promise.all(lengths), [1, 2, 3, 4, 5])
  })

  test('of a place that is not there is 404, and a depth that is none is 400', async () => {
    assert.equal((await gateway.get('/api/v1/production?path=nowhere')).status, 404)
    assert.equal((await gateway.get('/api/v1/production?depth=-1')).status, 400)
    assert.equal((await gateway.get('/api/v1/production?dept=1')).status, 400)
  })
})
