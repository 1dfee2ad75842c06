/** Writes numbered points, one block each, and says which was stored last; made to be killed. */
import { silentLogger } from '../../src/core/logger.js'
import { DuckDbSink } from '../../src/sinks/duckdb.js'
import { blocks, ns } from './batches.js'

const [file, first, blocksPerBatch] = process.argv.slice(2)
const sink = new DuckDbSink({ name: 'local', type: 'duckdb', file: file! }, silentLogger)
let next = Number(first)
for (;;) {
  const numbers = Array.from({ length: Number(blocksPerBatch) }, (_, i) => next + i)
  const lines = numbers.map((n) => [`telemetry,device=imm-01 v=${n} ${ns(0, n)}`])
  const verdict = await sink.write(blocks(next, ...lines))
  if (verdict.kind !== 'stored') throw new Error(verdict.reason)
  next += numbers.length
  process.stdout.write(`${next - 1}\n`)
}
