import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type LabelText, labelSvg } from '../../../src/devices/identifiers/label.js'

const LABELS: Readonly<Record<string, LabelText>> = {
  'a short handle': {
    url: 'http://127.0.0.1:8080/#/devices/imm-01',
    names: ['注塑机', 'Machine 1'],
    code: '88.608.8889/1',
  },
  'markup and controls in its texts': {
    url: 'http://127.0.0.1:8080/',
    names: ['</text><script>alert(1)</script>', '&amp; "quoted" \'too\'', '\0\u0007\ufffe\ud800'],
    code: '88.608.8889/<&>"',
  },
  'the longest handle there is': {
    url: `https://gateway.example/api/handles/88.608.8889/${encodeURIComponent('批'.repeat(243))}`,
    names: ['注塑车间的一台名字非常非常长长长长长长长长长长的设备', 'W'.repeat(90)],
    code: `88.608.8889/${'批'.repeat(243)}`,
  },
  'an address that only the weakest code holds': {
    url: `https://${'a'.repeat(60)}.example/${'x'.repeat(2_800)}`,
    names: [],
    code: '88.608.8889/1',
  },
  'an address that no code holds': {
    url: `https://gateway.example/api/handles/88.608.8889/${encodeURIComponent('𠮷'.repeat(243))}`,
    names: [],
    code: `88.608.8889/${'𠮷'.repeat(243)}`,
  },
  'one name twice and none': { url: 'http://a/', names: ['', 'Machine', 'Machine'], code: 'did:bid:x' },
}

describe('a label', () => {
  let browser: Browser
  let page: Page
  before(async () => {
    browser = await chromium.launch({
      executablePath: '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-sync',
      ],
    })
    page = await browser.newPage()
  })
  after(() => browser.close())

  /** The label as a browser reads it: its texts, and whether all of it is within its edges. */
  async function read(svg: string): Promise<{ texts: string[]; scripts: number; outside: string[] }> {
    await page.setContent('<!doctype html><body></body>')
    return (await page.evaluate(`(() => {
      const document_ = new DOMParser().parseFromString(${JSON.stringify(svg)}, 'image/svg+xml')
      if (document_.querySelector('parsererror')) throw new Error(document_.documentElement.textContent)
      const label = document.body.appendChild(document.importNode(document_.documentElement, true))
      const edge = label.getBoundingClientRect()
      const parts = [...label.querySelectorAll('text, path')]
      const isOutside = (box) => box.left < edge.left || box.top < edge.top || box.right > edge.right || box.bottom > edge.bottom
      return {
        texts: [...label.querySelectorAll('text')].map((text) => text.textContent),
        scripts: label.querySelectorAll('script').length,
        outside: parts.filter((part) => isOutside(part.getBoundingClientRect())).map((part) => part.outerHTML.slice(0, 200)),
      }
    })()`)) as { texts: string[]; scripts: number; outside: string[] }
  }

  for (const [name, label] of Object.entries(LABELS)) {
    test(`with ${name} is sound, and everything on it is within its edges`, async () => {
      const { texts, scripts, outside } = await read(labelSvg(label))
      assert.deepEqual(outside, [])
      assert.equal(scripts, 0)
      assert.ok(texts.join('').endsWith(label.code))
    })
  }

  test('shows its texts as they are, and each name once', async () => {
    const { texts } = await read(labelSvg(LABELS['markup and controls in its texts']!))
    assert.equal(texts.join('').startsWith(`</text><script>alert(1)</script>&amp; "quoted" 'too'`), true)
    assert.deepEqual((await read(labelSvg(LABELS['one name twice and none']!))).texts, [
      'Machine',
      'did:bid:x',
    ])
  })

  test('has its sizes in millimetres, and modules that a phone reads whatever the length', () => {
    for (const label of Object.values(LABELS)) {
      const svg = labelSvg(label)
      const [, width, height] = /width="([\d.]+)mm" height="([\d.]+)mm"/.exec(svg)!
      assert.ok(svg.includes(`viewBox="0 0 ${width} ${height}"`))
      const module = Number(/scale\(([\d.]+)\)/.exec(svg)![1])
      assert.ok(module >= 0.4, `${module} mm`)
    }
  })
})
