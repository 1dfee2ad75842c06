import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const TESTS = fileURLToPath(new URL('.', import.meta.url))
/** Those that send messages through the broker, or into ingest. */
const SUITE = readdirSync(TESTS, { recursive: true, encoding: 'utf8' }).filter((file) =>
  /^(broker\/.+|ingest(-ledger)?|e2e\/journey)\.test\.js$/.test(file),
)

test('the whole broker and ingest suite passes without the express lane, too', async () => {
  // A runner within a runner would take itself for one of its own files and run nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const files = SUITE.map((file) => join(TESTS, file))
  const child = spawn(process.execPath, ['--test', '--test-reporter=tap', '--test-concurrency=1', ...files], {
    env: { ...env, LINEGATE_TEST_LANE: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let report = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    report += text
  })
  const [code] = (await once(child, 'close')) as [number | null]
  const failures = report.split('\n').filter((line) => /^\s*not ok/.test(line))
  assert.deepEqual(failures, [])
  assert.equal(code, 0)
  assert.ok(Number(/^# pass (\d+)$/m.exec(report)?.[1]) > 100, 'the suite ran')
})
