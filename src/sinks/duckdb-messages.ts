import type { HistoryRow, Verdict } from '../core/sink.js'
import type { CheckedQuery } from './history.js'

/** A place between two lines of a spool: what stands before it is decided. */
export interface Position {
  readonly sequence: number
  /** Lines of that block that stand before. */
  readonly line: number
}

/** Consecutive lines of a spool, as they go to the thread of the store. */
export interface Lines {
  readonly spoolId: string
  /** The chunks, one behind the other. */
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly lengths: readonly number[]
  /** The block that each chunk is of. */
  readonly sequences: readonly number[]
  /** Lines of the first chunk's block that stand before that chunk. */
  readonly startLine: number
  /** Blocks that have ended with the last line, or undefined if there is more of the last chunk's block to come. */
  readonly endsThrough: number | undefined
}

export interface Written {
  readonly verdict: Verdict
  /** Behind the last line. */
  readonly end: Position
}

export interface StoreOptions {
  readonly name: string
  readonly file: string
  readonly retentionDays: number
  readonly maxBytes: number
}

/** What the thread of the store is asked, and what it answers. */
export interface Calls {
  /** Opens the store, or opens it anew after a failure. */
  open: { argument: StoreOptions; answer: undefined }
  write: { argument: Lines; answer: Written }
  /** Undefined: the values do not have the aggregate that was asked for. */
  query: { argument: CheckedQuery; answer: HistoryRow[] | undefined }
  close: { argument: undefined; answer: undefined }
}

export type CallName = keyof Calls

export interface CallMessage<N extends CallName = CallName> {
  readonly id: number
  readonly call: N
  readonly argument: Calls[N]['argument']
}

export type AnswerMessage =
  | { readonly kind: 'answer'; readonly id: number; readonly answer: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly reason: string }
  | {
      readonly kind: 'log'
      readonly level: 'debug' | 'info' | 'warn'
      readonly fields: object
      readonly message: string
    }
