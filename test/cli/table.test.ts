import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { table } from '../../src/cli/table.js'
import { displayWidth, fit, printable } from '../../src/cli/width.js'

describe('the width of a text', () => {
  const widths: readonly (readonly [text: string, width: number])[] = [
    ['imm-01', 6],
    ['', 0],
    ['注塑机', 6],
    ['宁波/line1', 10],
    ['温度：２１℃', 11],
    ['한국', 4],
    ['カメラ', 6],
    ['ｶﾒﾗ', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['🏭', 2],
    ['𠮷', 2],
    ['a\u200bb', 2],
  ]
  for (const [text, width] of widths) {
    test(`${JSON.stringify(text)} is ${width}`, () => assert.equal(displayWidth(text), width))
  }
})

test('a text is cut by the columns it takes, never within a character', () => {
  assert.equal(fit('moulding', 8), 'moulding')
  assert.equal(fit('moulding', 5), 'moul…')
  assert.equal(fit('注塑机一', 8), '注塑机一')
  assert.equal(fit('注塑机一', 7), '注塑机…')
  assert.equal(fit('注塑机一', 6), '注塑…')
  assert.equal(fit('🏭🏭🏭', 4), '🏭…')
})

test('control characters of devices do not reach the terminal', () => {
  assert.equal(printable('a\x1b[2Jb\nc\x7f'), 'a\\u001b[2Jb\\u000ac\\u007f')
  assert.equal(printable('温度 21 °C'), '温度 21 °C')
})

test('a table is aligned by columns of the screen, also with full-width characters', () => {
  const columns = [{ title: '设备' }, { title: 'points', align: 'right' as const }, { title: 'note' }]
  const text = table(columns, [
    ['注塑机-01', '1,234', 'ok'],
    ['imm-02', '5', ''],
  ])
  assert.equal(text, ['设备       points  note', '注塑机-01   1,234  ok', 'imm-02          5', ''].join('\n'))
  const ends = text
    .split('\n')
    .slice(0, 3)
    .map((line) => displayWidth(line.slice(0, line.search(/points|1,234|5$/))))
  assert.deepEqual(ends, [11, 12, 16])
})
