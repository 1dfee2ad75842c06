import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { packageRoot } from '../support/package-root.js'

interface Row {
  readonly id: string
  readonly cells: readonly string[]
}

const text = readFileSync(join(packageRoot(), 'docs', 'threat-model.md'), 'utf8')
const rows: Row[] = text
  .split('\n')
  .filter((line) => line.startsWith('| T-'))
  .map((line) => {
    const cells = line.slice(2, -2).split(' | ')
    return { id: cells[0]!, cells }
  })

/** `test/file.test.ts` “name of the test”; several of them in a cell. */
const NAMED = /`(test\/[\w./-]+\.test\.ts)` “([^”]+)”/g

/** Names of the tests in a file, as they are written there. */
function testsOf(file: string): Set<string> {
  const source = readFileSync(join(packageRoot(), file), 'utf8')
  const names = source.matchAll(/\b(?:test|it)\(\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|`([^`]*)`)/g)
  return new Set(
    [...names].map(([, single, double, template]) =>
      (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1'),
    ),
  )
}

test('threats are numbered from T-01 without gaps', () => {
  assert.ok(rows.length >= 40)
  assert.deepEqual(
    rows.map(({ id }) => id),
    rows.map((_, at) => `T-${String(at + 1).padStart(2, '0')}`),
  )
})

for (const { id, cells } of rows) {
  test(`${id} has a control, and a test that exists shows it`, () => {
    assert.equal(cells.length, 6, 'six cells')
    assert.ok(cells.every((cell) => cell.trim() !== ''))
    const named = [...cells[5]!.matchAll(NAMED)]
    assert.ok(named.length > 0, `no test is named: ${cells[5]}`)
    for (const [, file, name] of named) {
      assert.ok(existsSync(join(packageRoot(), file!)), `${file} does not exist`)
      assert.ok(testsOf(file!).has(name!), `${file} has no test “${name}”`)
    }
  })
}
