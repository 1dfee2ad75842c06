import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Generations } from '../../src/core/generations.js'

test('it never holds more than two generations, whatever comes in', () => {
  const map = new Generations<object>(10)
  for (let i = 0; i < 1_000; i++) {
    map.set(String(i), {})
    map.get(String(i - 15))
    assert.ok(map.size <= 20, `${map.size} entries after ${i}`)
  }
})

test('an entry in use is kept, one that is not asked for is forgotten', () => {
  const map = new Generations<object>(10)
  const value = {}
  map.set('used', value)
  map.set('unused', {})
  for (let i = 0; i < 200; i++) {
    map.set(String(i), {})
    if (i % 5 === 0) assert.equal(map.get('used'), value)
  }
  assert.equal(map.get('unused'), undefined)
})

test('an entry is kept at least until as many others came in as a generation holds', () => {
  const map = new Generations<object>(10)
  const value = {}
  map.set('first', value)
  for (let i = 0; i < 10; i++) map.set(String(i), {})
  assert.equal(map.get('first'), value)
})
