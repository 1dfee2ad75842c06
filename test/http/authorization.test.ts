import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { WebSocket } from 'ws'
import { ROLES, type Role } from '../../src/core/identity.js'
import type { Route } from '../../src/http/route.js'
import { ROUTES } from '../../src/http/routes/index.js'
import { ListedIdentities } from '../support/listed-identities.js'
import { LiveClient } from '../support/live.js'
import { ELSEWHERE, HERE, nameOf, TwoWorkshops, type Workshop } from '../support/two-workshops.js'
import { SAMPLES, type Sample } from './authorization-samples.js'

type Spec = Route['spec']

const keyOf = ({ method = 'GET', url }: Spec) => `${method} ${url}`

function sampleOf(spec: Spec): Sample {
  const sample = SAMPLES[keyOf(spec)]
  assert.ok(sample, `${keyOf(spec)} has no sample in authorization-samples.ts`)
  return sample
}

const mayAs = (role: Role, needed: Role) => ROLES.indexOf(role) >= ROLES.indexOf(needed)

describe('every route', { timeout: 60_000 }, () => {
  const rig = new TwoWorkshops()

  before(() => rig.start())
  after(() => rig.close())

  async function statusOf(
    spec: Spec,
    name: string | undefined,
    workshop: Workshop,
  ): Promise<[number, string]> {
    const sample = sampleOf(spec)
    const { path, body, type = 'application/json', headers = {} } = sample
    const sent = body?.(workshop)
    const response = await rig.ask(name, typeof path === 'string' ? path : path(rig, workshop), {
      method: spec.method ?? 'GET',
      headers: { ...headers, ...(sent === undefined ? {} : { 'content-type': type }) },
      ...(sent === undefined ? {} : { body: typeof sent === 'string' ? sent : JSON.stringify(sent) }),
    })
    const text = await response.text()
    // What a change has removed is there again for the next one.
    if (spec.method !== undefined && response.ok) await rig.fill(workshop)
    const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json')
    return [response.status, isProblem ? JSON.parse(text).code : '']
  }

  for (const { spec } of ROUTES) {
    const { access } = spec
    const isOfItself = SAMPLES[keyOf(spec)]?.isOfItself === true

    it(`${keyOf(spec)}: whoever did not sign in`, async () => {
      const [status, code] = await statusOf(spec, undefined, HERE)
      if (access === 'anyone') assert.ok(isOfItself || (status !== 401 && status !== 403), `${status}`)
      else assert.deepEqual([status, code], [401, 'LG_SIGN_IN_REQUIRED'])
    })

    if (access === 'anyone') continue
    for (const role of ROLES) {
      for (const isHere of [false, true]) {
        const name = nameOf(role, isHere)
        it(`${keyOf(spec)}: ${name}`, async () => {
          const answer = await statusOf(spec, name, HERE)
          const isDenied = !mayAs(role, access.role) || (access.scope === 'plant' && isHere)
          if (isDenied) assert.deepEqual(answer, [403, 'LG_ACCESS_DENIED'])
          else if (access.scope === 'tree' && !isOfItself)
            assert.equal(answer[0], sampleOf(spec).here, answer[1])
          else assert.ok(isOfItself || (answer[0] !== 401 && answer[0] !== 403), answer.join(' '))
          if (isDenied || access.scope !== 'tree' || isOfItself) return
          const { here, elsewhere } = sampleOf(spec)
          const [status, code] = await statusOf(spec, name, ELSEWHERE)
          assert.equal(status, isHere ? elsewhere : here, code)
        })
      }
    }
  }

  it('GET /live: whoever did not sign in gets 401, and each role the streams of its scope', async () => {
    const { port } = rig.server.address!
    const refused = await new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/live`)
      socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode))
    })
    assert.equal(refused, 401)
    for (const role of ROLES) {
      for (const isHere of [false, true]) {
        const headers = ListedIdentities.headersOf(nameOf(role, isHere))
        const client = await LiveClient.connect(port, { headers })
        for (const scope of ['', HERE.path, ELSEWHERE.path]) {
          client.send({ type: 'subscribe', id: `s${scope}`, topic: 'counts', scope })
          const answer = await client.until(({ type }) => type === 'snapshot' || type === 'error')
          const isElsewhere = isHere && scope === ELSEWHERE.path
          assert.equal(answer.type, isElsewhere ? 'error' : 'snapshot', `${role} ${scope}`)
          if (answer.type === 'snapshot') assert.equal(answer.scope, scope || (isHere ? HERE.path : ''))
        }
        await client.close()
      }
    }
  })

  it('that changes something says what it leaves in the audit trail, and reads alone leave nothing', () => {
    for (const { spec } of ROUTES) {
      if (spec.method === undefined || spec.method === 'GET') continue
      assert.ok(spec.audit, keyOf(spec))
    }
  })

  it('has a sample, and there is none without its route', () => {
    assert.deepEqual(Object.keys(SAMPLES).sort(), ROUTES.map(({ spec }) => keyOf(spec)).sort())
  })
})
