import { type HistoryRow, type Sink, type SinkBatch, STORED, type Verdict } from '../../src/core/sink.js'

export type Script = (batch: SinkBatch) => Verdict | Promise<Verdict>

export interface ScriptedSinkOptions {
  readonly maxBatchBytes?: number
  readonly maxInFlight?: number
}

/** A store in memory that answers as the test says, and remembers what it was asked and what it stored. */
export class ScriptedSink implements Sink {
  readonly name: string
  readonly type = 'scripted'
  readonly maxBatchBytes: number
  readonly maxInFlight: number
  /** Changed at will; stores everything at first. */
  script: Script = () => STORED
  starts = 0
  readonly requests: SinkBatch[] = []
  /** Lines stored, without their newline, and how often each was. */
  readonly stored = new Map<string, number>()

  constructor(name: string, { maxBatchBytes = 1 << 20, maxInFlight = 1 }: ScriptedSinkOptions = {}) {
    this.name = name
    this.maxBatchBytes = maxBatchBytes
    this.maxInFlight = maxInFlight
  }

  async start(): Promise<void> {
    this.starts++
  }

  async write(batch: SinkBatch): Promise<Verdict> {
    this.requests.push(batch)
    const verdict = await this.script(batch)
    if (verdict.kind !== 'stored') return verdict
    for (const line of linesOf(batch)) this.stored.set(line, (this.stored.get(line) ?? 0) + 1)
    return verdict
  }

  /** Refuses a batch as long as it holds a line with `mark`, in words that name the line. */
  rejecting(mark: string): Script {
    return (batch) => {
      const poison = linesOf(batch).find((line) => line.includes(mark))
      return poison === undefined ? STORED : { kind: 'rejected', reason: `unable to parse '${poison}'` }
    }
  }

  async query(): Promise<HistoryRow[]> {
    return []
  }

  async close(): Promise<void> {}
}

/** For lines without newlines in their values. */
export function linesOf({ chunks }: SinkBatch): string[] {
  return Buffer.concat(chunks).toString().split('\n').slice(0, -1)
}

/** Decides each request when the test says so. */
export class Decisions {
  readonly pending: ((verdict: Verdict) => void)[] = []

  readonly script: Script = () => new Promise((resolve) => this.pending.push(resolve))

  storeAll(): void {
    for (const decide of this.pending.splice(0)) decide(STORED)
  }
}
