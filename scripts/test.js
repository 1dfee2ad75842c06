// Runs the compiled tests and ends with the line "N passed, N failed".
//
//     node scripts/test.js             all tests
//     node scripts/test.js spool live  those whose path under dist/test contains one of the words
import { readdirSync } from 'node:fs'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { run } from 'node:test'
import { spec } from 'node:test/reporters'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const compiled = join(root, 'dist', 'test')
const words = process.argv.slice(2)

const files = readdirSync(compiled, { recursive: true })
  .filter((file) => file.endsWith('.test.js'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
  .sort()
  .map((file) => join(compiled, file))

let passed = 0
let failed = 0

const stream = run({ files, concurrency: Math.max(1, cpus().length - 1), timeout: 600_000 })
stream.on('test:pass', (event) => {
  if (event.details.type !== 'suite' && event.skip === undefined && event.todo === undefined) passed++
})
stream.on('test:fail', (event) => {
  if (event.details.type !== 'suite') failed++
})
stream.compose(spec).pipe(process.stdout)
stream.on('end', () => {
  // After the reporter has written its summary.
  setImmediate(() => {
    if (passed === 0) failed++
    console.log(`${passed} passed, ${failed} failed`)
    process.exitCode = failed === 0 ? 0 : 1
  })
})
