import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { TopicFilter } from '../../../src/core/topic-filter.js'
import {
  covers,
  isTopicFilter,
  levelsOf,
  overlaps,
} from '../../../src/security/permissions/filter-relations.js'

/** Every text of up to `depth` levels out of `levels`. */
function texts(levels: readonly string[], depth: number): string[] {
  let longest: string[] = levels.map(String)
  const all = [...longest]
  for (let i = 1; i < depth; i++) {
    longest = longest.flatMap((text) => levels.map((level) => `${text}/${level}`))
    all.push(...longest)
  }
  return all
}

/** Of three levels: all that can tell filters of three levels apart, `#` included, which may stand for a fourth. */
const FILTERS = texts(['a', '', '+', '#', '$s'], 3).filter(isTopicFilter)
/** The empty one, which no message can have, is the parent of those that begin with `/`. */
const TOPICS = texts(['a', 'b', '', '$s', '$t'], 4)

const MATCHED = new Map(
  FILTERS.map((filter) => {
    const matcher = new TopicFilter(filter)
    return [filter, new Set(TOPICS.filter((topic) => matcher.matches(topic)))] as const
  }),
)

function eachPair(check: (one: string, other: string, a: Set<string>, b: Set<string>) => void): number {
  let pairs = 0
  for (const [one, a] of MATCHED) {
    for (const [other, b] of MATCHED) {
      check(one, other, a, b)
      pairs++
    }
  }
  return pairs
}

describe('two topic filters', () => {
  test('cover each other exactly where every topic of one is a topic of the other', () => {
    const pairs = eachPair((wide, narrow, all, some) => {
      const expected = [...some].every((topic) => all.has(topic))
      assert.equal(covers(levelsOf(wide), levelsOf(narrow)), expected, `${wide} over ${narrow}`)
    })
    assert.ok(pairs > 10_000)
  })

  test('overlap exactly where they have a topic in common', () => {
    const pairs = eachPair((one, other, a, b) => {
      const expected = [...a].some((topic) => b.has(topic))
      assert.equal(overlaps(levelsOf(one), levelsOf(other)), expected, `${one} and ${other}`)
    })
    assert.ok(pairs > 10_000)
  })
})

test('a text is a topic filter only if its wildcards are whole levels, and # is the last', () => {
  for (const filter of ['a', '#', '+', '+/#', 'a/+/b', '/', '$SYS/#', 'a//b']) {
    assert.equal(isTopicFilter(filter), true, filter)
  }
  for (const text of ['', 'a+', '+a/b', 'a#', 'a/#/b', '#/a', '##', 'a/b#', 'a\0']) {
    assert.equal(isTopicFilter(text), false, text)
  }
})
