import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import { OidcSignIn } from '../../src/security/people/oidc.js'
import { CLIENT, CookieJar, OpenIdProvider, throughProvider } from '../support/openid-provider.js'
import { BY_LOCAL, GOOD_PASSWORD } from '../support/people.js'
import { PeopleServer } from '../support/people-server.js'
import { freePort } from '../support/ports.js'

const GROUPS = { wang: ['staff', 'linegate-operators'], zhao: ['staff'], anna: ['linegate-admins'] }
const ROLES = [
  { value: 'linegate-admins', role: 'admin', scope: '' },
  { value: 'linegate-operators', role: 'operator', scope: 'ningbo' },
] as const

let provider: OpenIdProvider
let server: PeopleServer
let jar: CookieJar

before(async () => {
  provider = new OpenIdProvider(GROUPS)
  await provider.start()
  const port = await freePort()
  const publicUrl = `http://127.0.0.1:${port}`
  provider.serve(publicUrl)
  const oidc = new OidcSignIn({
    ...CLIENT,
    issuer: provider.issuer,
    name: 'Plant SSO',
    claim: 'groups',
    roles: ROLES,
    publicUrl,
    isSecure: false,
    logger: silentLogger,
  })
  server = await new PeopleServer({ oidc, port }).start()
  await server.rig.people.users.add({ name: 'anna', role: 'admin', password: GOOD_PASSWORD }, BY_LOCAL)
})
after(async () => {
  await server.close()
  await provider.stop()
})
beforeEach(() => {
  jar = new CookieJar()
  provider.groups = GROUPS
})

const begin = () => jar.fetch(`${server.url}/api/v1/oidc/sign-in`)
const session = async () =>
  (await (await jar.fetch(`${server.url}/api/v1/session`)).json()) as Record<string, unknown>
const whereTo = (response: Response) => [response.status, response.headers.get('location')]

describe('signing in through an OpenID provider', () => {
  test('gives the role and scope that the claim maps to', async () => {
    const back = await throughProvider(jar, await begin(), 'wang')
    const response = await jar.fetch(back)
    assert.deepEqual(whereTo(response), [303, '/'])
    const { name, displayName, role, scope, kind } = await session()
    assert.deepEqual(
      [name, displayName, role, scope, kind],
      ['wang', 'wang at the provider', 'operator', 'ningbo', 'session'],
    )
  })

  test('asks with a code, PKCE, state and nonce', async () => {
    const asked = new URL((await begin()).headers.get('location')!).searchParams
    assert.equal(asked.get('response_type'), 'code')
    assert.equal(asked.get('code_challenge_method'), 'S256')
    for (const name of ['code_challenge', 'state', 'nonce']) assert.ok(asked.get(name)!.length >= 32)
  })

  test('takes another role when the provider says so, and ends the sessions that had the old one', async () => {
    await jar.fetch(await throughProvider(jar, await begin(), 'wang'))
    const before = jar
    jar = new CookieJar()
    provider.groups = { wang: ['linegate-admins'] }
    await jar.fetch(await throughProvider(jar, await begin(), 'wang'))
    assert.equal((await session()).role, 'admin')
    jar = before
    assert.equal((await session()).signedIn, false)
  })

  test('without a role that is mapped is refused', async () => {
    const response = await jar.fetch(await throughProvider(jar, await begin(), 'zhao'))
    assert.deepEqual(whereTo(response), [303, '/?signIn=LG_OIDC_NO_ROLE'])
    assert.equal((await session()).signedIn, false)
  })

  test('under the name of a user with a password never becomes that user', async () => {
    const response = await jar.fetch(await throughProvider(jar, await begin(), 'anna'))
    assert.deepEqual(whereTo(response), [303, '/?signIn=LG_OIDC_NAME_TAKEN'])
    assert.equal((await session()).signedIn, false)
  })

  test('is refused to a user who is disabled here', async () => {
    await jar.fetch(await throughProvider(jar, await begin(), 'wang'))
    await server.rig.people.users.change('wang', { isDisabled: true }, BY_LOCAL)
    const again = await jar.fetch(await throughProvider(jar, await begin(), 'wang'))
    assert.deepEqual(whereTo(again), [303, '/?signIn=LG_SIGN_IN_FAILED'])
    await server.rig.people.users.change('wang', { isDisabled: false }, BY_LOCAL)
  })

  test('in another browser than the one that began is refused', async () => {
    const back = await throughProvider(jar, await begin(), 'wang')
    jar = new CookieJar()
    assert.deepEqual(whereTo(await jar.fetch(back)), [303, '/?signIn=LG_OIDC_REFUSED'])
    assert.equal((await session()).signedIn, false)
  })

  test('with a state of another sign-in is refused', async () => {
    const back = await throughProvider(jar, await begin(), 'wang')
    await begin()
    assert.deepEqual(whereTo(await jar.fetch(back)), [303, '/?signIn=LG_OIDC_REFUSED'])
  })

  test('twice with one answer is refused', async () => {
    const begun = await begin()
    const kept = begun.headers.getSetCookie()[0]!.split(';')[0]!
    const back = await throughProvider(jar, begun, 'wang')
    await jar.fetch(back)
    const replayed = await fetch(back, { redirect: 'manual', headers: { cookie: kept } })
    assert.equal(replayed.status, 403)
    assert.equal(((await replayed.json()) as { code: string }).code, 'LG_OIDC_REFUSED')
  })

  test('whose provider goes away in between says so', async () => {
    const back = await throughProvider(jar, await begin(), 'wang')
    await provider.stop()
    assert.deepEqual(whereTo(await jar.fetch(back)), [303, '/?signIn=LG_OIDC_UNAVAILABLE'])
    await provider.resume()
  })

  test('leads to the page of the gateway whatever the request says', async () => {
    const back = await throughProvider(jar, await begin(), 'wang')
    back.searchParams.set('returnTo', 'https://evil.example/')
    const [, location] = whereTo(await jar.fetch(back))
    assert.match(String(location), /^\/(\?|$)/)
  })
})

test('without the provider a password still signs in, and what is wrong is said', async () => {
  const oidc = new OidcSignIn({
    ...CLIENT,
    issuer: `http://127.0.0.1:${await freePort()}`,
    name: 'Plant SSO',
    claim: 'groups',
    roles: ROLES,
    publicUrl: 'http://127.0.0.1:1',
    isSecure: false,
    logger: silentLogger,
  })
  const alone = await new PeopleServer({ oidc }).start()
  try {
    await alone.rig.people.users.add({ name: 'anna', role: 'admin', password: GOOD_PASSWORD }, BY_LOCAL)
    const response = await alone.send('GET', '/api/v1/oidc/sign-in')
    assert.equal(response.status, 503)
    assert.equal(((await response.json()) as { code: string }).code, 'LG_OIDC_UNAVAILABLE')
    await alone.signedIn('anna', GOOD_PASSWORD)
  } finally {
    await alone.close()
  }
})
