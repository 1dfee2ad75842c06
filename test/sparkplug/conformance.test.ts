import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findPackage } from '../../src/core/package-root.js'

const { root } = findPackage()
const page = readFileSync(join(root, 'docs/sparkplug-conformance.md'), 'utf8')
const ids = readFileSync(join(root, 'docs/sparkplug-tck-ids.txt'), 'utf8').trim().split('\n')

const ROW = /^\| (tck-id-[\w-]+) \| ([^|]+) \| ([^|]+) \|$/gm
const LISTED = /^- (tck-id-[\w-]+)$/gm
const NAMED_TEST = /`(test\/[\w/.-]+\.test\.ts)`((?: “[^”]+”;?)+)/g

const rows = [...page.matchAll(ROW)].map(([, id, statement, shown]) => ({
  id: id!,
  statement,
  shown: shown!,
}))
const listed = [...page.matchAll(LISTED)].map(([, id]) => id!)

test('each statement of the specification stands in the page, once', () => {
  assert.deepEqual([...rows.map(({ id }) => id), ...listed].sort(), [...ids].sort())
  assert.ok(rows.length > 100, `${rows.length} rows`)
})

test('the page says how many statements concern edge nodes alone', () => {
  assert.match(page, new RegExp(`^${listed.length} statements concern what edge nodes do`, 'm'))
})

test('each test that the page names exists', () => {
  const texts = new Map<string, string>()
  let named = 0
  for (const [, file, names] of page.matchAll(NAMED_TEST)) {
    if (!texts.has(file!)) {
      assert.ok(existsSync(join(root, file!)), file)
      texts.set(file!, readFileSync(join(root, file!), 'utf8'))
    }
    for (const [, name] of names!.matchAll(/“([^”]+)”/g)) {
      named++
      assert.ok(texts.get(file!)!.includes(`test('${name}'`), `${file} has no test “${name}”`)
    }
  }
  assert.ok(named > 100, `${named} tests are named`)
})

test('each row names a test, or says why there is none', () => {
  for (const { id, shown } of rows)
    assert.match(
      shown,
      /\.test\.ts` “|^Does not apply: |^The four statements above$|for the operator to choose/,
      id,
    )
})
