import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TopicLevels } from '../../src/core/device.js'
import { TopicPattern } from '../../src/devices/topic-pattern.js'

const NOTHING: TopicLevels = { site: '', area: '', line: '', device: '' }

function match(pattern: string, topic: string): TopicLevels | undefined {
  return new TopicPattern(pattern).match(topic)
}

test('named levels take what stands in their place', () => {
  assert.deepEqual(
    match('factory/{site}/{area}/{line}/{device}/telemetry', 'factory/ningbo/注塑/l 1/imm,01/telemetry'),
    {
      site: 'ningbo',
      area: '注塑',
      line: 'l 1',
      device: 'imm,01',
    },
  )
  assert.deepEqual(match('{device}/x/{site}', 'd/x/s'), { ...NOTHING, device: 'd', site: 's' })
})

test('literal levels must be equal, and there must be as many', () => {
  assert.deepEqual(match('a/b', 'a/b'), NOTHING)
  for (const topic of ['a', 'a/b/c', 'a/B', 'A/b', 'a/b/', '/a/b', ''])
    assert.equal(match('a/b', topic), undefined)
})

test('an empty level for a named one does not match', () => {
  for (const topic of ['f//d', 'f/s/', 'f//'])
    assert.equal(match('f/{site}/{device}', topic), undefined, topic)
  assert.equal(match('{device}', ''), undefined)
})

test('+ is any one level, an empty one too', () => {
  assert.deepEqual(match('+/{device}/+', 'x/d/y'), { ...NOTHING, device: 'd' })
  assert.deepEqual(match('+/{device}/+', '/d/'), { ...NOTHING, device: 'd' })
  assert.equal(match('+/{device}', 'd'), undefined)
  assert.equal(match('+', 'a/b'), undefined)
})

test('# is any number of levels, none too', () => {
  for (const topic of ['f/d', 'f/d/', 'f/d/a/b/c']) {
    assert.deepEqual(match('f/{device}/#', topic), { ...NOTHING, device: 'd' }, topic)
  }
  assert.equal(match('f/{device}/#', 'f'), undefined)
  assert.equal(match('f/{device}/#', 'f//x'), undefined)
  for (const topic of ['', 'a', 'a/b', '/']) assert.deepEqual(match('#', topic), NOTHING)
})

test('wildcards and names at the start do not match topics of the broker', () => {
  for (const pattern of ['#', '+/x', '{site}/x', '+/#', '{device}/#']) {
    assert.equal(match(pattern, '$SYS/x'), undefined, pattern)
  }
  assert.deepEqual(match('$SYS/{device}', '$SYS/x'), { ...NOTHING, device: 'x' })
  assert.deepEqual(match('a/{device}', 'a/$x'), { ...NOTHING, device: '$x' })
})

test('braces around anything but a level are literal', () => {
  assert.equal(match('{plant}/x', 'p/x'), undefined)
  assert.deepEqual(match('{plant}/x', '{plant}/x'), NOTHING)
})

/** MQTT 3.1.1, section 4.7, by recursion: levels of a filter against levels of a topic. */
function filterMatches([filter, ...filters]: readonly string[], topics: readonly string[]): boolean {
  if (filter === undefined) return topics.length === 0
  if (filter === '#') return true
  const [topic, ...rest] = topics
  if (topic === undefined) return false
  return (filter === '+' || filter === topic) && filterMatches(filters, rest)
}

test('without names, a pattern is a topic filter of MQTT', () => {
  const level = fc.constantFrom('a', 'b', '', '+', '$x')
  const filter = fc.tuple(fc.array(level, { minLength: 1, maxLength: 4 }), fc.boolean())
  const topic = fc.array(fc.constantFrom('a', 'b', '', '$x'), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(filter, topic, ([parts, isOpen], levels) => {
      const all = isOpen ? [...parts, '#'] : parts
      const isHidden = levels[0]!.startsWith('$') && all[0] !== levels[0]
      const expected = !isHidden && filterMatches(all, levels)
      assert.equal(match(all.join('/'), levels.join('/')) !== undefined, expected)
    }),
    { seed: 1, numRuns: 5_000 },
  )
})
