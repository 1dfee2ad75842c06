import { CommanderError } from 'commander'
import { ERRORS, type ErrorCode, GatewayError } from '../core/errors.js'
import { ApiError } from './api.js'
import type { Context } from './context.js'
import { createProgram } from './program.js'

const FAILED = 1
const USAGE = 2
/** 128 + SIGINT, as shells count a command that was interrupted. */
const INTERRUPTED = 130

/** Runs the command that the arguments name; resolves with its exit code, whatever happens. */
export async function runCommandLine(argv: readonly string[], context: Context): Promise<number> {
  let exitCode = 0
  const program = createProgram(context, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync(argv, { from: 'user' })
    return exitCode
  } catch (error) {
    return report(error, context)
  }
}

function report(error: unknown, { terminal, texts, signal }: Context): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE
  if (error instanceof GatewayError || error instanceof ApiError) {
    const action = error.action === '' ? '' : `${texts.action} ${error.action}\n`
    terminal.err(`${error.code}: ${error.message}\n${action}`)
    return exitCodeOf(error)
  }
  if (signal.aborted && error === signal.reason) {
    terminal.err(`${texts.interrupted}\n`)
    return INTERRUPTED
  }
  terminal.err(`${texts.unexpected}\n${error instanceof Error ? error.stack : String(error)}\n`)
  return FAILED
}

/** The gateway that refused may be of another version, and have codes that are not known here. */
function exitCodeOf({ code }: GatewayError | ApiError): number {
  return Object.hasOwn(ERRORS, code) ? (new GatewayError(code as ErrorCode).row.exitCode ?? FAILED) : FAILED
}
