import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Finished } from './command.js'

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url))

/** Runs `linegate` with these arguments and this input to its end, in English. */
export async function linegateWith(input: string, ...args: string[]): Promise<Finished> {
  const child = spawn(process.execPath, [MAIN, '--lang', 'en', ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  // It may have ended without reading.
  child.stdin.on('error', () => undefined)
  child.stdin.end(input)
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out, err }
}
