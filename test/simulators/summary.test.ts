import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatSummary, type SimulationSummary } from '../../simulators/summary.js'

const SUMMARY: SimulationSummary = {
  devices: 60,
  connections: 60,
  sent: 12_345,
  acknowledged: 12_345,
  unacknowledged: 0,
  failed: 0,
  duplicatesSent: 3,
  malformedSent: 4,
  reconnects: 5,
  bytes: 2_345_678,
  seconds: 60.04,
  rate: 205.61,
  behindMs: 0.2,
}

test('a summary has a line for each figure, in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    const lines = formatSummary(SUMMARY, language).trimEnd().split('\n')
    assert.equal(lines.length, Object.keys(SUMMARY).length)
  }
  assert.match(formatSummary(SUMMARY), /^messages acknowledged +12,345$/m)
  assert.match(formatSummary(SUMMARY, 'zh'), /^已确认的消息 +12,345$/m)
})

test('figures end in one column also behind wide characters', () => {
  for (const language of ['en', 'zh'] as const) {
    const widths = formatSummary(SUMMARY, language)
      .trimEnd()
      .split('\n')
      .map((line) => [...line].reduce((sum, sign) => sum + (sign.charCodeAt(0) > 0x2e7f ? 2 : 1), 0))
    assert.equal(new Set(widths).size, 1)
  }
})
