import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { GatewayError } from '../core/errors.js'
import type { Context } from './context.js'

export interface PasswordOptions {
  readonly passwordStdin?: true
}

/**
 * A new password: from standard input, or typed twice, without being shown. Never an argument, which every program on the machine
 * can see, and which shells remember.
 * @throws {GatewayError} LG_PASSWORD_MISSING
 */
export async function newPassword(
  { passwordStdin }: PasswordOptions,
  { texts, terminal, signal }: Context,
): Promise<string> {
  if (passwordStdin) return (await text(process.stdin)).replace(/\r?\n$/, '')
  if (process.stdin.isTTY !== true) {
    throw new GatewayError('LG_PASSWORD_MISSING', { cause: 'there is no terminal to ask for it' })
  }
  const words = texts.people
  terminal.err(words.password)
  const first = await typedUnseen(signal)
  terminal.err(`\n${words.passwordAgain}`)
  const second = await typedUnseen(signal)
  terminal.err('\n')
  if (first === second) return first
  throw new GatewayError('LG_PASSWORD_MISSING', { cause: 'the two are not the same' })
}

/** With a terminal's editing, whose output goes nowhere. */
async function typedUnseen(signal: AbortSignal): Promise<string> {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  try {
    return await lines.question('', { signal })
  } finally {
    lines.close()
  }
}
