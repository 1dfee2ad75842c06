import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { BY_LOCAL, GOOD_PASSWORD } from '../support/people.js'
import { cookieOf, PeopleServer } from '../support/people-server.js'

const ANNA = { name: 'anna', password: GOOD_PASSWORD }

let server: PeopleServer
before(async () => {
  server = await new PeopleServer().start()
  await server.rig.people.users.add({ ...ANNA, role: 'admin', displayName: 'Anna Z.' }, BY_LOCAL)
  await server.rig.people.users.add(
    { name: 'li', password: GOOD_PASSWORD, role: 'viewer', scope: 'ningbo' },
    BY_LOCAL,
  )
})
after(() => server.close())

const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code

describe('signing in', () => {
  test('sets a cookie that no script reads and no other site sends, and says who is in', async () => {
    const response = await server.send('POST', '/api/v1/session', ANNA)
    assert.equal(response.status, 200)
    const [cookie] = response.headers.getSetCookie()
    assert.match(cookie!, /^linegate_session=lgs_[^;]+;/)
    for (const attribute of ['HttpOnly', 'SameSite=Strict', 'Path=/']) assert.ok(cookie!.includes(attribute))
    const headers = { cookie: cookieOf(response) }
    const session = await (await server.send('GET', '/api/v1/session', undefined, headers)).json()
    assert.deepEqual(session, await response.json())
    assert.equal((session as { displayName: string }).displayName, 'Anna Z.')
    assert.equal((await server.send('GET', '/api/v1/info', undefined, headers)).status, 200)
  })

  test('is asked for by an answer that says so, and what needs none goes on', async () => {
    assert.equal((await server.send('GET', '/api/v1/info')).status, 401)
    const stale = { cookie: 'linegate_session=lgs_gone' }
    const session = (await (await server.send('GET', '/api/v1/session', undefined, stale)).json()) as {
      signedIn: boolean
      signInRequired: boolean
    }
    assert.deepEqual([session.signInRequired, session.signedIn], [true, false])
  })

  test('with a wrong password and with a name that nobody has answers the same', async () => {
    const wrong = await server.send('POST', '/api/v1/session', { ...ANNA, password: 'wrong' })
    const nobody = await server.send('POST', '/api/v1/session', { name: 'nobody', password: 'wrong' })
    assert.equal(wrong.status, 401)
    assert.deepEqual(await wrong.json(), await nobody.json())
  })

  test('too often says when to try again', async () => {
    const tries = Array.from({ length: 4 }, () =>
      server.send('POST', '/api/v1/session', { name: 'victim', password: 'wrong' }),
    )
    const blocked = (await Promise.all(tries)).filter(({ status }) => status === 429)
    assert.ok(blocked.length >= 1)
    assert.match(blocked[0]!.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    server.rig.nowMs += 20 * 60_000
  })

  test('takes JSON alone, which no form of another site can send', async () => {
    const response = await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `name=anna&password=${GOOD_PASSWORD}`,
    })
    assert.equal(response.status, 415)
  })

  test('ends the session that the request came with', async () => {
    const first = await server.signedIn('anna', GOOD_PASSWORD)
    await server.send('POST', '/api/v1/session', ANNA, first)
    assert.equal((await server.send('GET', '/api/v1/info', undefined, first)).status, 401)
  })

  test('out ends the session and clears the cookie', async () => {
    const headers = await server.signedIn('anna', GOOD_PASSWORD)
    const response = await server.send('DELETE', '/api/v1/session', undefined, headers)
    assert.equal(response.status, 204)
    assert.match(response.headers.getSetCookie()[0]!, /linegate_session=;.*Max-Age=0/)
    assert.equal((await server.send('GET', '/api/v1/info', undefined, headers)).status, 401)
  })
})

describe('users over HTTP', () => {
  test('are added, changed and removed by an administrator', async () => {
    const headers = await server.signedIn('anna', GOOD_PASSWORD)
    const mo = { name: 'mo', role: 'viewer', scope: 'ningbo', password: GOOD_PASSWORD }
    const added = await server.send('POST', '/api/v1/users', mo, headers)
    assert.equal(added.status, 201)
    assert.ok(!(await added.text()).includes('scrypt'))
    const changed = await server.send('PATCH', '/api/v1/users/mo', { role: 'operator' }, headers)
    assert.equal(((await changed.json()) as { role: string }).role, 'operator')
    assert.equal((await server.send('DELETE', '/api/v1/users/mo', undefined, headers)).status, 204)
    assert.equal((await server.send('GET', '/api/v1/users/mo', undefined, headers)).status, 404)
  })

  test('are nothing that a viewer sees', async () => {
    const headers = await server.signedIn('li', GOOD_PASSWORD)
    for (const path of ['/api/v1/users', '/api/v1/users/anna']) {
      assert.equal((await server.send('GET', path, undefined, headers)).status, 403)
    }
  })

  test('set their own password with the present one alone', async () => {
    const headers = await server.signedIn('li', GOOD_PASSWORD)
    const password = `${GOOD_PASSWORD} staple`
    const wrong = { currentPassword: 'wrong', password }
    assert.equal((await server.send('PUT', '/api/v1/session/password', wrong, headers)).status, 401)
    const right = { currentPassword: GOOD_PASSWORD, password }
    const changed = await server.send('PUT', '/api/v1/session/password', right, headers)
    assert.equal(changed.status, 200)
    assert.equal((await server.send('GET', '/api/v1/info', undefined, headers)).status, 401)
    const next = { cookie: cookieOf(changed) }
    assert.equal((await server.send('GET', '/api/v1/info', undefined, next)).status, 200)
    await server.rig.people.users.change('li', { password: GOOD_PASSWORD }, BY_LOCAL)
  })
})

describe('API tokens over HTTP', () => {
  test('are shown once, work as a bearer, and are worth nothing when revoked', async () => {
    const headers = await server.signedIn('li', GOOD_PASSWORD)
    const made = await server.send('POST', '/api/v1/api-tokens', { name: 'bi', role: 'viewer' }, headers)
    assert.equal(made.status, 201)
    const { token, scope } = (await made.json()) as { token: string; scope: string }
    assert.equal(scope, 'ningbo')
    const bearer = { authorization: `Bearer ${token}` }
    assert.equal((await server.send('GET', '/api/v1/info', undefined, bearer)).status, 200)
    const listed = await (await server.send('GET', '/api/v1/api-tokens', undefined, headers)).text()
    assert.ok(listed.includes('"bi"') && !listed.includes(token))
    assert.equal((await server.send('DELETE', '/api/v1/api-tokens/bi', undefined, headers)).status, 204)
    const refused = await server.send('GET', '/api/v1/info', undefined, bearer)
    assert.equal(await codeOf(refused), 'LG_SIGN_IN_REQUIRED')
  })

  test('cannot be used to set a password', async () => {
    const { token } = await server.rig.people.tokens.add({ name: 'ci', role: 'admin' }, BY_LOCAL)
    const body = { currentPassword: GOOD_PASSWORD, password: `${GOOD_PASSWORD} 2` }
    const bearer = { authorization: `Bearer ${token}` }
    const response = await server.send('PUT', '/api/v1/session/password', body, bearer)
    assert.equal(await codeOf(response), 'LG_ACCESS_DENIED')
  })
})
