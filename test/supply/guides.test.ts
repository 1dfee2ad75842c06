import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { after, describe, test } from 'node:test'
import { CHECKS } from '../../src/cli/configuration.js'
import { loadConfig } from '../../src/config/load.js'
import { AUDIT_EVENTS } from '../../src/core/audit.js'
import { packageRoot } from '../support/package-root.js'

const folder = mkdtempSync(join(tmpdir(), 'linegate-guides-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const read = (name: string) => readFileSync(join(packageRoot(), name), 'utf8')

function blocks(text: string, language: string): string[] {
  return [...text.matchAll(new RegExp(`\`\`\`${language}\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, block]) => block!,
  )
}

/** First cells of all rows of tables: 1.1, CR 2.8 … */
function numbers(text: string): string[] {
  return [...text.matchAll(/^\| (\d+\.\d+|(?:CR|CCSC|SAR|NDR|EDR)[^|]*?) \|/gm)].map(([, number]) => number!)
}

test('the configuration of the hardening guide is valid, and the same in both languages', () => {
  const [english, chinese] = ['docs/hardening.md', 'docs/hardening.zh-CN.md'].map((name) =>
    blocks(read(name), 'yaml'),
  )
  assert.equal(english?.length, 1)
  assert.deepEqual(english, chinese)
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, english[0]!)
  const { http, mqtt } = loadConfig(file, { checks: CHECKS, environment: { INFLUX_TOKEN: 'x' } })
  assert.equal(http.signIn, 'required')
  assert.ok(mqtt.listeners.every(({ authentication }) => !authentication.includes('none')))
})

test('what the hardening guide says to watch for are events of the audit trail', () => {
  const row = read('docs/hardening.md')
    .split('\n')
    .find((line) => line.startsWith('| 7.4 |'))
  const events = [...(row ?? '').matchAll(/`(\w+)`/g)].map(([, event]) => event!)
  assert.ok(events.length > 3)
  for (const event of events) assert.ok(event in AUDIT_EVENTS, event)
})

for (const name of ['hardening', 'iec-62443']) {
  test(`${name} has the same rows in both languages`, () => {
    const rows = numbers(read(`docs/${name}.md`))
    assert.ok(rows.length > 30)
    assert.equal(new Set(rows).size, rows.length)
    assert.deepEqual(numbers(read(`docs/${name}.zh-CN.md`)), rows)
  })
}

test('the judgements on IEC 62443 are the same in both languages', () => {
  const words = new Map([
    ['满足', 'met'],
    ['部分', 'partly'],
    ['不满足', 'not'],
    ['不适用', 'n/a'],
  ])
  const states = (name: string) =>
    read(name)
      .split('\n')
      .filter((line) => /^\| (CR|CCSC|SAR|NDR|EDR)/.test(line))
      .map((line) => line.split(' | ')[2]!)
  const english = states('docs/iec-62443.md')
  assert.ok(english.every((state) => [...words.values()].includes(state)))
  assert.deepEqual(
    states('docs/iec-62443.zh-CN.md').map((state) => words.get(state)),
    english,
  )
})

describe('every link and every test that is named leads somewhere', () => {
  const guides = [
    'SECURITY.md',
    'deploy/README.md',
    'docs/hardening.md',
    'docs/hardening.zh-CN.md',
    'docs/iec-62443.md',
    'docs/iec-62443.zh-CN.md',
    'docs/supply-chain.md',
    'docs/threat-model.md',
  ]
  for (const guide of guides) {
    test(guide, () => {
      const text = read(guide)
      const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) =>
        normalize(join(dirname(guide), link!)),
      )
      const tests = [...text.matchAll(/`(test\/[\w./-]+\.test\.ts)`/g)].map(([, file]) => file!)
      const missing = [...links, ...tests].filter((path) => !existsSync(join(packageRoot(), path)))
      assert.deepEqual(missing, [])
    })
  }
})
