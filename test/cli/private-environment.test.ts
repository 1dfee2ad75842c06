import assert from 'node:assert/strict'
import { test } from 'node:test'
import { privateEnvironment } from '../../src/cli/private-environment.js'

test('a variable that was asked for is gone from the process, and is answered again', () => {
  const variables: NodeJS.ProcessEnv = { SECRET: 's3cret', PATH: '/bin' }
  const environment = privateEnvironment(variables)
  assert.equal(environment.SECRET, 's3cret')
  assert.deepEqual(variables, { PATH: '/bin' })
  assert.equal(environment.SECRET, 's3cret')
})

test('a variable that is set anew counts from then on', () => {
  const variables: NodeJS.ProcessEnv = { SECRET: 'old' }
  const environment = privateEnvironment(variables)
  assert.equal(environment.SECRET, 'old')
  variables.SECRET = 'new'
  assert.equal(environment.SECRET, 'new')
  assert.deepEqual(variables, {})
})

test('a variable that is not set is undefined', () => {
  assert.equal(privateEnvironment({}).SECRET, undefined)
})
