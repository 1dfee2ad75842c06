import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { stringify } from 'yaml'
import { redact } from '../../src/config/redact.js'
import { ConfigInvalidError, parseConfig } from '../../src/config/validate.js'

const TOKEN = 'a-token-of-the-plant-0001'

function violations(identifiers: unknown): string[] {
  try {
    parseConfig({ identifiers })
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError, String(error))
    return error.violations.map(({ path, message }) => `${path}: ${message}`)
  }
  return []
}

describe('identifiers in the configuration', () => {
  test('have defaults', () => {
    assert.deepEqual(parseConfig().identifiers, {
      prefixes: [],
      referrals: [],
      tokens: [],
      cacheSeconds: 60,
      negativeCacheSeconds: 5,
      cacheEntries: 1_000,
    })
    const [referral] = parseConfig({ identifiers: { referrals: [{ prefix: '*', url: 'http://a' }] } })
      .identifiers.referrals
    assert.equal(referral?.timeoutMs, 3_000)
  })

  test('never show their tokens', () => {
    const config = parseConfig({ identifiers: { tokens: [TOKEN, `${TOKEN}-2`] } })
    assert.equal(config.identifiers.tokens.length, 2)
    assert.doesNotMatch(stringify(redact(config)), /a-token/)
    const { identifiers } = redact(config) as typeof config
    assert.deepEqual(identifiers.tokens, ['***', '***'])
    const short = violations({ tokens: ['short-secret', `${TOKEN} with a space`] })
    assert.deepEqual(
      short.map((line) => line.split(':')[0]),
      ['identifiers.tokens[0]', 'identifiers.tokens[1]'],
    )
    assert.doesNotMatch(short.join(), /short-secret|a-token/)
  })

  test('that are not right are reported', () => {
    const bad = ['file:///etc/passwd', 'http://a:b@x', 'http://x?y', 'http://x#y', 'x', 'http:x']
    const referrals = bad.map((url, at) => ({ prefix: `88.1.${at}`, url }))
    const listed = violations({
      referrals: [...referrals, { prefix: '88.1.0', url: 'http://ok/path' }],
      prefixes: ['88..1'],
    })
    assert.deepEqual(
      listed.map((line) => line.split(':')[0]).sort(),
      [
        'identifiers.prefixes[0]',
        ...bad.map((_, at) => `identifiers.referrals[${at}].url`),
        'identifiers.referrals[6].prefix',
      ].sort(),
    )
  })
})
