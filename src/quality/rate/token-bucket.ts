/** What a series may still send. */
export class TokenBucket {
  tokens: number
  /** Epoch milliseconds of the last arrival. */
  atMs: number

  constructor(tokens: number, atMs: number) {
    this.tokens = tokens
    this.atMs = atMs
  }
}
