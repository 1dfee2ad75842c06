import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { Document, isScalar, parse, visit } from 'yaml'
import type { Outcome } from './reading.js'
import { goldenFile, outcomeOf, presetNames, sampleNames } from './samples.js'

/** Goldens are written anew under UPDATE_GOLDENS=1; read each before you keep it. */
const UPDATE = process.env.UPDATE_GOLDENS === '1'

for (const preset of presetNames()) {
  describe(`the preset ${preset}`, () => {
    for (const name of sampleNames(preset)) {
      test(`reads ${name} as its golden file has it`, () => {
        const outcome = outcomeOf(preset, name)
        const file = goldenFile(preset, name)
        if (UPDATE) writeFileSync(file, goldenOf(outcome))
        assert.deepEqual(outcome, parse(readFileSync(file, 'utf8')))
      })
    }
  })
}

/** As YAML, a field a line. */
function goldenOf(outcome: Outcome): string {
  const document = new Document(outcome)
  visit(document, {
    Seq: (_key, node) => {
      node.flow = node.items.every(isScalar)
    },
  })
  return document.toString({ lineWidth: 0 })
}
