import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { connectAsync } from 'mqtt'

/** Secrets that a gateway gave out or was given, and that were good: each by its name. */
export const ISSUED = [
  'local key',
  'user password',
  'session',
  'API token',
  'device password',
  'device token',
  'rotated device token',
  'enrolment code',
  'enrolled device token',
] as const
export type Issued = Record<(typeof ISSUED)[number], string>

interface Site {
  /** Address of the API. */
  readonly url: string
  /** Of a listener that asks who connects. */
  readonly mqttPort: number
  readonly localKey: string
}

/** An answer that has a secret in it by right is not kept. */
async function post(site: Site, path: string, body: object, bearer = site.localKey): Promise<Response> {
  const answer = await fetch(`${site.url}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`)
  return answer
}

async function given(site: Site, path: string, body: object, key: string): Promise<string> {
  const answer = (await (await post(site, path, body)).json()) as Record<string, unknown>
  const value = answer[key]
  assert.ok(typeof value === 'string', `${path} gives no ${key}`)
  return value
}

/** Has a secret of every kind made. */
export async function issueAll(site: Site): Promise<Issued> {
  const userPassword = `userpassword${randomBytes(12).toString('hex')}`
  const devicePassword = `devicepassword${randomBytes(12).toString('hex')}`
  await post(site, '/api/v1/users', { name: 'anna', role: 'admin', password: userPassword })
  const signedIn = await post(site, '/api/v1/session', { name: 'anna', password: userPassword })
  const session = /linegate_session=([^;]+)/.exec(signedIn.headers.get('set-cookie') ?? '')?.[1]
  assert.ok(session !== undefined)
  const credential = { profile: 'device', place: 'a/b/c' }
  const token = { ...credential, name: 'press-1', kind: 'token', place: 'a/b/c/press-1' }
  const password = {
    ...credential,
    name: 'press-2',
    kind: 'password',
    place: 'a/b/c/press-2',
    password: devicePassword,
  }
  await post(site, '/api/v1/credentials', password)
  const deviceToken = await given(site, '/api/v1/credentials', token, 'secret')
  const code = await given(
    site,
    '/api/v1/enrolment-codes',
    { name: 'press-3', place: 'a/b/c/press-3' },
    'code',
  )
  const issued = {
    'local key': site.localKey,
    'user password': userPassword,
    session,
    'API token': await given(site, '/api/v1/api-tokens', { name: 'grafana', role: 'viewer' }, 'token'),
    'device password': devicePassword,
    'device token': deviceToken,
    'rotated device token': await given(
      site,
      '/api/v1/credentials/press-1/rotate',
      { graceMs: 60_000 },
      'secret',
    ),
    'enrolment code': code,
    'enrolled device token': await given(site, '/api/v1/enrol', { code, name: 'press-3' }, 'token'),
  }
  return issued
}

/** Devices and people use what they were given. */
export async function useAll(site: Site, issued: Issued): Promise<void> {
  const devices = [
    ['press-1', issued['device token']],
    ['press-1', issued['rotated device token']],
    ['press-2', issued['device password']],
    ['press-3', issued['enrolled device token']],
  ] as const
  for (const [username, password] of devices) {
    const client = await connectAsync(`mqtt://127.0.0.1:${site.mqttPort}`, { username, password })
    await client.publishAsync(`factory/a/b/c/${username}/telemetry`, '{"x":1}', { qos: 1 })
    // Not theirs: refused, and put on record.
    await client.publishAsync('factory/a/b/c/other/telemetry', '{"x":1}', { qos: 1 })
    await client.endAsync()
  }
  for (const headers of [
    { authorization: `Bearer ${issued['API token']}` },
    { cookie: `linegate_session=${issued.session}` },
  ])
    assert.equal((await fetch(`${site.url}/api/v1/devices`, { headers })).status, 200)
  await post(site, '/api/v1/credentials/press-1/revoke', {})
}
