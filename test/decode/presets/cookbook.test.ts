import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { packageRoot } from '../../support/package-root.js'
import { linesOf } from './lines.js'
import { Reading } from './reading.js'
import { presetNames } from './samples.js'

/**
 * A page shows routes (```yaml), messages (```mqtt: the topic, a client id if one matters, then the payload) and after each
 * message the points that come out (```points).
 */
interface Block {
  readonly kind: string
  readonly text: string
}

const FOLDER = join(packageRoot(), 'docs/cookbook')
const BLOCK = /^```(\w+)\n(.*?)^```$/gms
/** Points on the pages are written anew under UPDATE_GOLDENS=1; read each before you keep it. */
const UPDATE = process.env.UPDATE_GOLDENS === '1'

/** Pages of presets that one page explains together. */
const PAGES: Readonly<Record<string, string>> = {
  'neuron-values': 'neuron',
  'neuron-tags': 'neuron',
  'thingsboard-gateway': 'thingsboard',
  'thingsboard-gateway-attributes': 'thingsboard',
  'thingsboard-device': 'thingsboard',
  'umh-core': 'umh',
  'siemens-ie-metadata': 'siemens-ie',
  'shelly-rpc': 'shelly',
  'shelly-status': 'shelly',
  'shelly-gen1': 'shelly',
}

function blocksOf(file: string): Block[] {
  const text = readFileSync(join(FOLDER, file), 'utf8')
  return [...text.matchAll(BLOCK)].map(([, kind, body]) => ({ kind: kind!, text: body! }))
}

/** What the page should show, block by block. */
function shown(blocks: readonly Block[]): Block[] {
  let reading: Reading | undefined
  let outcome = ''
  return blocks.map((block) => {
    if (block.kind === 'yaml' && block.text.startsWith('routes:')) reading = new Reading(block.text)
    if (block.kind === 'mqtt') outcome = read(reading!, block.text)
    return block.kind === 'points' ? { kind: 'points', text: outcome } : block
  })
}

function read(reading: Reading, text: string): string {
  const [head, ...payload] = text.split('\n')
  const [topic, clientId = 'client'] = head!.split(' from ')
  return `${linesOf(reading.read({ topic: topic!, clientId, payload: Buffer.from(payload.join('\n').trimEnd()) }))}\n`
}

function rewrite(file: string, blocks: readonly Block[]): void {
  const path = join(FOLDER, file)
  let at = 0
  const text = readFileSync(path, 'utf8').replace(BLOCK, () => {
    const { kind, text: body } = blocks[at++]!
    return `\`\`\`${kind}\n${body}\`\`\``
  })
  writeFileSync(path, text)
}

const pages = [...new Set(presetNames().map((preset) => PAGES[preset] ?? preset))]

for (const page of pages) {
  describe(`the page ${page} of the cookbook`, () => {
    for (const file of [`${page}.md`, `${page}.zh-CN.md`]) {
      test(`${file} shows the points that come out`, () => {
        const blocks = blocksOf(file)
        assert.ok(blocks.some(({ kind }) => kind === 'points'))
        const right = shown(blocks)
        if (UPDATE) rewrite(file, right)
        assert.deepEqual(blocksOf(file), right)
      })
    }

    test('shows the same in both languages', () => {
      assert.deepEqual(blocksOf(`${page}.zh-CN.md`), blocksOf(`${page}.md`))
    })
  })
}

describe('the cookbook', () => {
  for (const suffix of ['.md', '.zh-CN.md']) {
    test(`README${suffix} leads to every page`, () => {
      const readme = readFileSync(join(FOLDER, `README${suffix}`), 'utf8')
      for (const page of pages) assert.ok(readme.includes(`(${page}${suffix})`), page)
    })
  }

  test('shows every preset in a route', () => {
    for (const preset of presetNames()) {
      const file = join(FOLDER, `${PAGES[preset] ?? preset}.md`)
      assert.ok(existsSync(file), file)
      assert.match(readFileSync(file, 'utf8'), new RegExp(`preset: ${preset}$`, 'm'))
    }
  })
})
