import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FieldType } from '../../../src/core/point-batch.js'
import { KnownTypes } from '../../../src/quality/types/known-types.js'
import { MemoryStore } from '../../support/memory-store.js'

test('the first type of a field stays, in memory and on disk', () => {
  const disk = new MemoryStore()
  const types = new KnownTypes(disk)
  types.learn('m', 'a', FieldType.integer)
  types.learn('m', 'a', FieldType.float)
  assert.equal(types.of('m', 'a'), FieldType.integer)
  assert.equal(new KnownTypes(disk).of('m', 'a'), FieldType.integer)
})

test('names of any length and with any characters are told apart', () => {
  const disk = new MemoryStore()
  const names = ['a', 'a/b', '温度', '', 'x'.repeat(5_000), `${'x'.repeat(5_000)}y`, 'line\nfeed']
  const types = new KnownTypes(disk)
  for (const [i, name] of names.entries()) {
    types.learn(name, 'f', (i % 4) as FieldType)
    types.learn('m', name, ((i + 1) % 4) as FieldType)
  }
  const after = new KnownTypes(disk)
  for (const [i, name] of names.entries()) {
    assert.equal(after.of(name, 'f'), i % 4)
    assert.equal(after.of('m', name), (i + 1) % 4)
  }
})
