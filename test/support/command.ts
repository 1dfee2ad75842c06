import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

export interface Finished {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a program to its end. */
export function finished(
  command: string,
  args: readonly string[],
  signalAfterMs?: number,
): Promise<Finished> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  const timer =
    signalAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGINT'), signalAfterMs)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      clearTimeout(timer)
      resolve({ code, out, err })
    })
  })
}

/** Runs `linegate` with these arguments to its end, in English. */
export function linegate(...args: string[]): Promise<Finished> {
  return finished(process.execPath, [MAIN, '--lang', 'en', ...args])
}
