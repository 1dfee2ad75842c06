import { createInterface } from 'node:readline/promises'
import type { Context } from './context.js'

/** What the operator answers; undefined where nobody can be asked. */
export async function ask(question: string, { terminal, signal }: Context): Promise<string | undefined> {
  if (process.stdin.isTTY !== true) return undefined
  terminal.err(question)
  const lines = createInterface({ input: process.stdin })
  try {
    return await lines.question('', { signal })
  } finally {
    lines.close()
  }
}
