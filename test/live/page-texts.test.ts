import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { REASON_TEXTS } from '../../src/core/reason-texts.js'
import { STATIC } from '../support/page-server.js'

const CATALOGUE = new URL('../../web/catalogue.js', import.meta.url)
const REASONS = new URL('../../web/reasons.js', import.meta.url)

interface Catalogues {
  en: Record<string, string>
  zhCN: Record<string, string>
}

const { en, zhCN } = (await import(CATALOGUE.href)) as Catalogues
const html = readFileSync(join(STATIC, 'index.html'), 'utf8')

test('the page as delivered carries the English texts of the catalogue', () => {
  const marked = [...html.matchAll(/data-text="(\w+)"[^>]*>([^<]*)</g)]
  assert.ok(marked.length > 15)
  for (const [, key, content] of marked) assert.equal(content, en[key!], key)
})

test('both languages fill the same holes', () => {
  const holes = (content: string) => (content.match(/\{\w+\}/g) ?? []).sort()
  for (const [key, content] of Object.entries(en)) assert.deepEqual(holes(zhCN[key]!), holes(content), key)
})

test('the page has no inline script or style, which its policy would refuse', () => {
  assert.doesNotMatch(html, /<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)/)
})

test('the page explains each reason in the words of the gateway', async () => {
  const { REASONS: shown } = (await import(REASONS.href)) as { REASONS: unknown }
  assert.deepEqual(shown, REASON_TEXTS)
})
