import assert from 'node:assert/strict'
import { test } from 'node:test'

/** Of the page's own script, in English, which is what it starts with. */
interface Language {
  percent(fraction: number | null): string
  age(ms: number): string
}

const SCRIPT = new URL('../../web/language.js', import.meta.url)
Object.defineProperty(globalThis, 'navigator', { value: { languages: ['en'] }, configurable: true })
const language = (await import(SCRIPT.href)) as Language & { startLanguage(): void }
language.startLanguage()

test('a rate is shown to a tenth of a percent', () => {
  assert.equal(language.percent(0.75), '75%')
  assert.equal(language.percent(1 / 3), '33.3%')
  assert.equal(language.percent(1.0321), '103.2%')
})

test('a rate of nothing is not a number', () => {
  assert.equal(language.percent(null), '—')
  assert.equal(language.percent(0), '0%')
})

test('all but one of many is not all, and one of many is not none', () => {
  assert.equal(language.percent(370_999 / 371_000), '99.9%')
  assert.equal(language.percent(1 / 371_000), '0.1%')
  assert.equal(language.percent(1), '100%')
})

test('an age is told in the largest unit that says enough, and is never negative', () => {
  assert.equal(language.age(-500), '0 s')
  assert.equal(language.age(119_999), '119 s')
  assert.equal(language.age(120_000), '2 min')
  assert.equal(language.age(7_200_000), '2 h')
  assert.equal(language.age(172_800_000), '2 d')
})
