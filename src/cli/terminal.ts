/** Where a command writes: results to `out`, all else to `err`. */
export interface Terminal {
  out(text: string): void
  err(text: string): void
  readonly outIsTty: boolean
  readonly errIsTty: boolean
  /** Width of the screen. */
  readonly columns: number
}

export function processTerminal(): Terminal {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outIsTty: process.stdout.isTTY === true,
    errIsTty: process.stderr.isTTY === true,
    get columns() {
      return process.stdout.columns ?? process.stderr.columns ?? 80
    },
  }
}
