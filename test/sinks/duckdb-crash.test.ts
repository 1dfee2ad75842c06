import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'

const WRITER = fileURLToPath(new URL('./duckdb-writer.js', import.meta.url))
const KILLS = 6
const directory = mkdtempSync(join(tmpdir(), 'linegate-duckdb-crash-'))

after(() => rmSync(directory, { recursive: true }))

/** Runs the writer from block `first` on, kills it after some batches; returns the last block that it called stored. */
async function runAndKill(
  file: string,
  first: number,
  blocksPerBatch: number,
  batches: number,
): Promise<number> {
  const child = spawn(process.execPath, [WRITER, file, String(first), String(blocksPerBatch)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    if (output.split('\n').length > batches) child.kill('SIGKILL')
  })
  await exit
  assert.equal(child.signalCode, 'SIGKILL')
  return Number(output.trim().split('\n').at(-1))
}

test('what was called stored is in the file exactly once after kill -9, wherever the spool begins again', async () => {
  const file = join(directory, 'store.duckdb')
  let stored = 0
  for (let kill = 0; kill < KILLS; kill++) {
    // The spool comes again with blocks that it had not settled, in batches of another size.
    const again = Math.max(1, stored - 5 * kill)
    stored = await runAndKill(file, again, 3 + kill, 4 + kill)
  }
  const instance = await DuckDBInstance.create(file)
  const connection = await instance.connect()
  const tables = "SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'floats_%'"
  const [[table]] = (await connection.runAndReadAll(tables)).getRows() as [[string]]
  const rows = (await connection.runAndReadAll(`SELECT value FROM ${table} ORDER BY rowid`)).getRows()
  connection.closeSync()
  instance.closeSync()
  const values = rows.map(([value]) => value)
  assert.ok(values.length >= stored, `${values.length} of ${stored}`)
  assert.deepEqual(
    values,
    values.map((_, i) => i + 1),
  )
})
