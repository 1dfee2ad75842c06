import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { inputViolations, patchViolations } from '../../src/devices/device-input.js'
import { SECTORS } from '../../src/devices/sectors.js'

const SOUND = {
  status: 'confirmed',
  name: { zh: '注塑机', en: 'Injection machine' },
  site: 'ningbo',
  area: '注塑车间',
  line: 'line 1',
  device: 'client/1+#',
  model: 'MA1600',
  vendor: '海天',
  sector: '01',
  expectedIntervalMs: 1,
  survivalTimeMs: 0,
  identifier: '88.608.8889/1',
  labels: { owner: 'team 7', 负责人: '王' },
}

function keysOf(input: unknown): string[] {
  return inputViolations('x', input).map(({ key }) => key)
}

describe('what is stated of a device', () => {
  test('sound fields, none, empty ones, and a survival time without an interval have no violations', () => {
    const absent = Object.fromEntries(Object.keys(SOUND).map((key) => [key, undefined]))
    const empty = { site: '', device: '', sector: '', identifier: '', labels: {}, name: {} }
    for (const input of [SOUND, {}, absent, empty, { survivalTimeMs: 5_000 }])
      assert.deepEqual(inputViolations('x', input), [])
  })

  for (const [what, key, value] of [
    ['a status that there is not', 'status', 'registered'],
    ['a name that is a text', 'name', 'imm'],
    ['a name in another language', 'name.de', { name: { de: 'Maschine' } }],
    ['a name that is no text', 'name.en', { name: { en: 5 } }],
    ['a slash in a site', 'site', 'a/b'],
    ['a wildcard in an area', 'area', '+'],
    ['a wildcard in a line', 'line', '#'],
    ['a line break in a line', 'line', 'a\nb'],
    ['a control character in a device', 'device', 'a\u0000'],
    ['half a character', 'model', 'a\ud800'],
    ['a text that is too long', 'vendor', 'x'.repeat(257)],
    ['a number for a text', 'model', 1_600],
    ['a sector that there is not', 'sector', '98'],
    ['a sector without its zero', 'sector', '1'],
    ['a number for a sector', 'sector', 35],
    ['an interval of nothing', 'expectedIntervalMs', 0],
    ['an interval with a fraction', 'expectedIntervalMs', 0.5],
    ['an interval as text', 'expectedIntervalMs', '1000'],
    ['an interval of more than 31 days', 'expectedIntervalMs', 2_678_400_001],
    ['a survival time before now', 'survivalTimeMs', -1],
    ['an identifier that is too long', 'identifier', 'x'.repeat(256)],
    ['labels in a list', 'labels', ['a']],
    ['a label that is no text', 'labels.n', { labels: { n: 1 } }],
    ['a label without a name', 'labels', { '': 'x' }],
    ['too many labels', 'labels', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`l${i}`, 'x']))],
    ['a field that there is not', 'colour', 'red'],
    ['a field that the gateway keeps', 'revision', 3],
    ['a field of every object', 'constructor', 'x'],
    ['null for a text', 'model', null],
  ] as const) {
    test(`${what} is a violation of ${key}`, () => {
      const input = key.includes('.') ? value : { [key]: value }
      assert.deepEqual(keysOf({ ...SOUND, ...(input as object) }), [key])
    })
  }

  test('all violations are told at once, those of the id too', () => {
    const violations = inputViolations('', { site: 'a/b', sector: 'x', labels: { a: 1, b: 2 } })
    assert.deepEqual(
      violations.map(({ key }) => key),
      ['id', 'site', 'sector', 'labels.a', 'labels.b'],
    )
    for (const id of ['x'.repeat(129), 'a\tb', 5, undefined])
      assert.deepEqual(
        inputViolations(id, {}).map(({ key }) => key),
        ['id'],
      )
    for (const input of [null, [], 'x', undefined]) assert.deepEqual(keysOf(input), [''])
  })

  test('a patch may empty each field but the status, and single names and labels', () => {
    const { status: _, ...fields } = SOUND
    const nulls = Object.fromEntries(Object.keys(fields).map((key) => [key, null]))
    assert.deepEqual(patchViolations(nulls), [])
    assert.deepEqual(patchViolations({ name: { zh: null }, labels: { owner: null } }), [])
    assert.deepEqual(
      patchViolations({ status: null, line: 'a/b' }).map(({ key }) => key),
      ['status', 'line'],
    )
  })
})

test('sectors are the divisions 01 to 97 of GB/T 4754-2017, each once', () => {
  const codes = [...SECTORS.keys()]
  assert.deepEqual([codes.length, codes[0], codes.at(-1)], [97, '01', '97'])
  assert.ok(codes.every((code) => /^\d\d$/.test(code)))
  assert.equal(new Set([...SECTORS.values()].map(({ zh }) => zh)).size, 97)
  assert.equal(new Set([...SECTORS.values()].map(({ en }) => en)).size, 97)
  // One of each section, of which the standard says where it begins.
  const beginnings = {
    '06': '煤炭开采和洗选业',
    13: '农副食品加工业',
    36: '汽车制造业',
    44: '电力、热力生产和供应业',
    47: '房屋建筑业',
    51: '批发业',
    53: '铁路运输业',
    61: '住宿业',
    63: '电信、广播电视和卫星传输服务',
    66: '货币金融服务',
    70: '房地产业',
    71: '租赁业',
    73: '研究和试验发展',
    76: '水利管理业',
    80: '居民服务业',
    83: '教育',
    84: '卫生',
    86: '新闻和出版业',
    91: '中国共产党机关',
    97: '国际组织',
  }
  for (const [code, zh] of Object.entries(beginnings)) assert.equal(SECTORS.get(code)?.zh, zh)
})
