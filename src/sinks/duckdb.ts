/**
 * The embedded store as a sink. The store itself lives in a thread of its own (duckdb-worker.ts); here batches are
 * copied once and handed over, since the blocks that they are parts of stay in use.
 */
import { Worker } from 'node:worker_threads'
import { causeOf } from '../core/errors.js'
import type { Logger } from '../core/logger.js'
import type { HistoryQuery, HistoryRow, Sink, SinkBatch, Verdict } from '../core/sink.js'
import { ThreadCalls } from './duckdb-calls.js'
import type { Lines, Position, StoreOptions } from './duckdb-messages.js'
import { checkQuery, notNumeric } from './history.js'
import { DUCKDB_DEFAULTS, type DuckDbSinkOptions } from './options.js'

export class DuckDbSink implements Sink {
  readonly name: string
  readonly type = 'duckdb'
  readonly maxBatchBytes: number
  /** Batches come strictly in order: the position in the spool is part of what is stored. */
  readonly maxInFlight = 1
  readonly #store: StoreOptions
  readonly #logger: Logger
  readonly #writes = new Set<Promise<Verdict>>()
  #thread: ThreadCalls | undefined
  #isOpen = false
  #opening: Promise<ThreadCalls> | undefined
  #closed = false
  /** Where the next part of a rejected batch begins. */
  #partAt: Position = { sequence: 0, line: 0 }

  constructor(options: DuckDbSinkOptions, logger: Logger) {
    const { name, file, retentionDays, maxBytes, maxBatchBytes } = { ...DUCKDB_DEFAULTS, ...options }
    this.name = name
    this.maxBatchBytes = maxBatchBytes
    this.#store = { name, file, retentionDays, maxBytes }
    this.#logger = logger
  }

  /** Opens the file, creates what it lacks; after a failed write it is opened anew. */
  async start(): Promise<void> {
    await this.#open()
  }

  async write(batch: SinkBatch): Promise<Verdict> {
    const write = this.#write(batch)
    this.#writes.add(write)
    const verdict = await write
    this.#writes.delete(write)
    return verdict
  }

  async query(query: HistoryQuery): Promise<HistoryRow[]> {
    const checked = checkQuery(query)
    const thread = await this.#ready()
    const rows = await thread.call('query', checked)
    if (rows === undefined) throw notNumeric(checked)
    return rows
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all(this.#writes)
    await this.#opening?.catch(() => undefined)
    await this.#thread?.close()
  }

  async #write(batch: SinkBatch): Promise<Verdict> {
    try {
      const thread = await this.#ready()
      const lines = this.#linesOf(batch)
      const { verdict, end } = await thread.call('write', lines, [lines.bytes.buffer])
      if (batch.part !== undefined) this.#partAt = nextPartAt(batch, verdict, end)
      return verdict
    } catch (error) {
      return { kind: 'retry', reason: causeOf(error) }
    }
  }

  #linesOf(batch: SinkBatch): Lines {
    const { spoolId, chunks, sequences, bytes, part, lastSequence } = batch
    const first = sequences[0]!
    if (part === undefined || part.index === 0) this.#partAt = { sequence: first, line: 0 }
    return {
      spoolId,
      bytes: joined(chunks, bytes),
      lengths: chunks.map(({ length }) => length),
      sequences,
      startLine: this.#partAt.sequence === first ? this.#partAt.line : 0,
      endsThrough: part === undefined || part.isLast ? lastSequence : undefined,
    }
  }

  #ready(): Promise<ThreadCalls> {
    const thread = this.#thread
    return this.#isOpen && thread?.hasEnded === false ? Promise.resolve(thread) : this.#open()
  }

  #open(): Promise<ThreadCalls> {
    this.#opening ??= this.#openStore().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #openStore(): Promise<ThreadCalls> {
    if (this.#closed) throw new Error('the sink is closed')
    this.#isOpen = false
    if (this.#thread?.hasEnded !== false) this.#thread = new ThreadCalls(startThread(), this.#logger)
    const thread = this.#thread
    await thread.call('open', this.#store)
    this.#isOpen = true
    return thread
  }
}

function startThread(): Worker {
  return new Worker(new URL('./duckdb-worker.js', import.meta.url))
}

/** The memory is handed over to the thread, so it must not be a part of a pool. */
function joined(chunks: readonly Buffer[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}

/** A part that was rejected is followed by its own parts, unless it was one line: then by the line behind it. */
function nextPartAt({ points }: SinkBatch, verdict: Verdict, end: Position): Position {
  const isDecided = verdict.kind === 'rejected' && points === 1
  return isDecided ? { sequence: end.sequence, line: end.line + 1 } : end
}
