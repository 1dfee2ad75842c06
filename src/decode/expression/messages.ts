import type { MessagePort } from 'node:worker_threads'
import type { DecodeErrorCode } from '../decoder.js'
import type { Document } from '../documents/document.js'

/** What the thread is started with. */
export interface ThreadStart {
  readonly port: MessagePort
  /** One 32-bit integer: answers given so far, the first of which says that the thread is ready. */
  readonly answers: SharedArrayBuffer
}

export interface Question {
  readonly source: string
  readonly document: Document
  readonly timeoutMs: number
}

/** The result as `v8.serialize` writes it, whose size is known before it is in the memory of the gateway. */
export type Answer =
  | { readonly kind: 'result'; readonly bytes: Uint8Array }
  | { readonly kind: 'fault'; readonly code: DecodeErrorCode; readonly message: string }
