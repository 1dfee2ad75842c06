import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { AUDIT_CATEGORIES, AUDIT_EVENTS, type AuditEventId } from '../../src/core/audit.js'
import { AUDIT_TEXTS } from '../../src/core/audit-texts.js'
import { packageRoot } from '../support/package-root.js'

const EVENTS = Object.keys(AUDIT_EVENTS) as AuditEventId[]

test('every event of the audit trail has a text of its own in both languages', () => {
  assert.deepEqual(Object.keys(AUDIT_TEXTS), EVENTS)
  for (const language of ['en', 'zh'] as const) {
    const texts = EVENTS.map((id) => AUDIT_TEXTS[id][language])
    assert.equal(new Set(texts).size, EVENTS.length)
  }
  for (const id of EVENTS) {
    assert.match(AUDIT_TEXTS[id].zh, /\p{sc=Han}/u, id)
    assert.match(AUDIT_TEXTS[id].en, /^[\x20-\x7e]{5,}$/, id)
  }
  assert.deepEqual(new Set(Object.values(AUDIT_EVENTS)), new Set(AUDIT_CATEGORIES))
})

test('the documentation lists every event with its category and text, and no other', () => {
  for (const [file, language] of [
    ['audit.md', 'en'],
    ['audit.zh-CN.md', 'zh'],
  ] as const) {
    const text = readFileSync(join(packageRoot(), 'docs', file), 'utf8')
    const rows = [...text.matchAll(/^\| `(\w+)` \| (\w+) \| (.+) \|$/gm)].map(([, ...cells]) => cells)
    const expected = EVENTS.map((id) => [id, AUDIT_EVENTS[id], AUDIT_TEXTS[id][language]])
    assert.deepEqual(rows, expected, file)
  }
})
