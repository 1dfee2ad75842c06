import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Reading } from './reading.js'
import { presetFile, presetNames, sampleNames } from './samples.js'

for (const preset of presetNames()) {
  describe(`the preset ${preset}`, () => {
    const { title, source, topic } = presetFile(preset)

    test('is titled in both languages and names where its vendor documents the format', () => {
      assert.ok(title.en.length > 0 && title['zh-CN'].length > 0)
      assert.ok(source.length > 0)
      for (const address of source) assert.equal(new URL(address).protocol, 'https:')
    })

    test('compiles under the topic that it proposes', () => {
      assert.doesNotThrow(() => new Reading(JSON.stringify({ routes: [{ topic, preset }] })))
    })

    test('has samples', () => {
      assert.ok(sampleNames(preset).length > 0)
    })
  })
}
