import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ConfigInvalidError, parseConfig } from '../../src/config/validate.js'
import { DEFAULT_SPARKPLUG } from '../../src/decode/sparkplug/decoder.js'

/** `path: message` of each violation. */
function violations(sparkplug: unknown): string[] {
  try {
    parseConfig({ sparkplug })
    return []
  } catch (error) {
    assert.ok(error instanceof ConfigInvalidError)
    return error.violations.map(({ path, message }) => `${path}: ${message}`)
  }
}

describe('sparkplug', () => {
  test('has the defaults that the decoder has by itself', () => {
    const { sparkplug } = parseConfig({ routes: [{ topic: 'spBv1.0/#', decoder: 'sparkplug' }] })
    const { place, badQuality, maxBirthBytes } = sparkplug
    assert.deepEqual({ place, badQuality, maxBirthBytes }, DEFAULT_SPARKPLUG)
    assert.deepEqual(
      [sparkplug.hostId, sparkplug.primary, sparkplug.certificates, sparkplug.reorderTimeoutMs],
      ['linegate', true, true, 2_000],
    )
  })

  test('a place in which devices do not differ is refused, and one in which they do is not', () => {
    assert.deepEqual(violations({ place: { site: 'ningbo', line: '{node}' } }), [
      'sparkplug.place: must have {group} in one of its levels, so that devices differ',
    ])
    assert.deepEqual(violations({ place: { site: 'ningbo', line: 'l', device: 'd' } }), [
      'sparkplug.place: must have {group} and {node} and {device} in one of its levels, so that devices differ',
    ])
    assert.deepEqual(violations({ place: { site: '', line: '{group}-{node}', device: '{device}' } }), [])
  })

  test('a host id that cannot stand in a topic, and a template that names something else, are refused', () => {
    for (const hostId of ['', 'a/b', 'a#', '+']) assert.equal(violations({ hostId }).length, 1, hostId)
    for (const site of ['{groups}', '{', 'a/{group}', '+'])
      assert.ok(violations({ place: { site } })[0]!.startsWith('sparkplug.place.site:'), site)
  })
})
