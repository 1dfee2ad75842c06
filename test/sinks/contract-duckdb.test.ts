import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import { createSink } from '../../src/sinks/create-sink.js'
import { historyOf } from './batches.js'
import { contractOfHistory, contractOfWriting } from './contract.js'

const directory = mkdtempSync(join(tmpdir(), 'linegate-duckdb-'))
let files = 0

after(() => rmSync(directory, { recursive: true }))

async function open() {
  const file = join(directory, `${++files}.duckdb`)
  const sink = createSink({ name: 'local', type: 'duckdb', file }, silentLogger)
  await sink.start()
  return sink
}

contractOfWriting('DuckDB', {
  open,
  async read(sink, field) {
    const rows = await sink.query(historyOf(field))
    return Object.fromEntries(rows.map(({ time, value }) => [time, Number(value)]))
  },
})
contractOfHistory('DuckDB', { open })
