import assert from 'node:assert/strict'
import { test } from 'node:test'
import { endsWithin } from '../../src/cli/closing.js'

test('work that ends in time is told from work that does not, and from work that fails', async () => {
  assert.equal(await endsWithin(Promise.resolve(), 10_000), true)
  assert.equal(await endsWithin(new Promise(() => undefined), 5), false)
  await assert.rejects(endsWithin(Promise.reject(new Error('broken')), 10_000), /broken/)
})
