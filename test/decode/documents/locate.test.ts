import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import type { DocumentPath } from '../../../src/decode/decoder.js'
import { formatPath, locate } from '../../../src/decode/documents/index.js'

const TEXT = `{
  "a.b": [1, {"c]": "x}"}, [ ]],
  "values" :
    [ {"v": 1}, {"q": [[]], "v": -2.5e3} ],
  "\\u6ce8": true
}`

describe('a value in a JSON text', () => {
  const places: readonly (readonly [DocumentPath, line: number, column: number])[] = [
    [[], 1, 1],
    [['a.b'], 2, 10],
    [['a.b', 0], 2, 11],
    [['a.b', 1, 'c]'], 2, 21],
    [['a.b', 2], 2, 28],
    [['values'], 4, 5],
    [['values', 1, 'v'], 4, 34],
    [['注'], 5, 13],
  ]
  for (const [path, line, column] of places) {
    test(`stands at ${line}:${column} for ${formatPath(path) || 'the root'}`, () => {
      assert.deepEqual(locate(TEXT, path), { line, column })
    })
  }

  test('that is not there has no place', () => {
    for (const path of [['x'], ['values', 2], ['values', 'v'], [0], ['a.b', 2, 0], ['注', 0]])
      assert.equal(locate(TEXT, path), undefined, formatPath(path))
    for (const text of ['', '{', '{"x"', '{"x":', '{"y":[', '{"y":1 2}', '[1', '{x'])
      assert.equal(locate(text, ['x']), undefined, text)
    assert.equal(locate('[1,', [1]), undefined)
  })

  test('has a place wherever it is', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.array(fc.nat(20)),
        fc.constantFrom(undefined, 2),
        (value, choices, indent) => {
          const { path, found } = walk(value, choices)
          const text = JSON.stringify(value, undefined, indent)
          const place = locate(text, path)!
          const rest = [
            text.split('\n')[place.line - 1]!.slice(place.column - 1),
            ...text.split('\n').slice(place.line),
          ]
          const written = JSON.stringify(found).slice(0, 1)
          assert.ok(rest.join('\n').startsWith(written), `${text} ${formatPath(path)}`)
        },
      ),
      { seed: 11, numRuns: 500 },
    )
  })
})

function walk(value: unknown, choices: readonly number[]): { path: (string | number)[]; found: unknown } {
  const path: (string | number)[] = []
  let found = value
  for (const choice of choices) {
    if (typeof found !== 'object' || found === null) break
    const entries = Object.entries(found)
    if (entries.length === 0) break
    const [key, member] = entries[choice % entries.length]!
    path.push(Array.isArray(found) ? Number(key) : key)
    found = member
  }
  return { path, found }
}

test('a path is written as mappings write it', () => {
  assert.equal(formatPath(['values', 3, 'v']), 'values[3].v')
  assert.equal(formatPath(['a.b', 'c']), "['a.b'].c")
  assert.equal(formatPath([0, '温度', '0', "it's", 'a\\']), "[0].温度.0['it\\'s']['a\\\\']")
  assert.equal(formatPath([]), '')
})
