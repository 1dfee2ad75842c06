import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../../src/config/validate.js'
import { securityIsSound } from '../../src/security/sound.js'

function faults(tree: object): string[] {
  return securityIsSound(parseConfig(tree)).map(({ path, message }) => `${path}: ${message}`)
}

const OIDC = {
  issuer: 'https://sso.example',
  clientId: 'linegate',
  clientSecret: 'not told',
  roles: [{ value: 'admins', role: 'admin' }],
}

test('the defaults are sound', () => {
  assert.deepEqual(faults({}), [])
})

test('a template of a profile that is no topic filter is named by its place', () => {
  const profiles = {
    device: { publish: { allow: ['factory/{device}/#', 'factory/#/x'] }, subscribe: { deny: ['a/{b'] } },
  }
  const [publish, subscribe, ...others] = faults({ mqtt: { profiles } })
  assert.match(publish!, /^mqtt\.profiles\.device\.publish\.allow\[1\]: is no topic filter: # stands for/)
  assert.match(subscribe!, /^mqtt\.profiles\.device\.subscribe\.deny\[0\]: is no topic filter: /)
  assert.deepEqual(others, [])
})

test('a rule for certificates names a profile that there is', () => {
  const certificates = [{ pattern: '{device}' }, { pattern: '{device}', profile: 'robot' }]
  assert.deepEqual(faults({ mqtt: { certificates } }), [
    'mqtt.certificates[1].profile: is no profile; there are device',
  ])
})

test('OpenID Connect needs the address that people come back to', () => {
  assert.deepEqual(faults({ security: { oidc: OIDC } }), [
    'http.publicUrl: is required by security.oidc: the provider sends people back to it',
  ])
  assert.deepEqual(faults({ security: { oidc: OIDC }, http: { publicUrl: 'https://gateway.example' } }), [])
})

test('what is exposed is told with what to do', () => {
  const [fault] = faults({ http: { host: '10.0.0.1' }, mqtt: { overHttp: { authentication: ['token'] } } })
  assert.match(fault!, /^http\.host: HTTP on 10\.0\.0\.1:8080 .* Set http\.signIn: required/)
})
