import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readLogins } from './entry.js'
import type { LoadOptions, LoadResult } from './load.js'
import { output } from './processes.js'

/** Puts a load on a broker and reports what was acknowledged. */
export interface Generator {
  readonly name: string
  run(options: LoadOptions): Promise<LoadResult>
}

const LOAD = fileURLToPath(new URL('./load.js', import.meta.url))

export const nodeGenerator: Generator = {
  name: 'generator in Node',
  run: async (options) =>
    JSON.parse(await output(process.execPath, [LOAD, JSON.stringify(options)])) as LoadResult,
}

interface CResult {
  readonly sent: number
  readonly acked: number
  readonly total_s: number
  readonly msgs_per_s: number
  readonly cpu_s: number
  readonly ack_ms: { readonly p50: number; readonly p99: number; readonly p999: number; readonly max: number }
}

/**
 * A generator in C, if there is one: the environment variable MQTTLOAD names the program. It does not speak TLS, and has one
 * login for all connections: the first.
 */
export function cGenerator(program: string): Generator {
  return {
    name: 'generator in C',
    run: async ({ port, connections, window, seconds, rate, tls, logins }) => {
      if (tls !== undefined) throw new Error('the generator in C does not speak TLS')
      const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-load-'))
      const template = join(directory, 'payload')
      writeFileSync(template, '{"temperature":{v},"pressure":{v},"count":{n}}')
      const flags = { p: port, n: connections, w: window, d: seconds, r: rate ?? 0, f: template }
      const topic = 'factory/ningbo/moulding/line1/imm-{c}/telemetry'
      const [login] = logins === undefined ? [] : readLogins(logins)
      const proof = login === undefined ? [] : ['-u', login.username, '-P', login.password]
      const args = Object.entries(flags).flatMap(([flag, value]) => [`-${flag}`, String(value)])
      const printed = await output(program, [...args, ...proof, '-t', topic, '-j'])
      rmSync(directory, { recursive: true })
      const result = JSON.parse(printed) as CResult
      const {
        sent,
        acked,
        total_s: total,
        msgs_per_s: msgsPerSecond,
        cpu_s: cpuSeconds,
        ack_ms: ackMs,
      } = result
      return { sent, acked, seconds: total, msgsPerSecond, cpuSeconds, ackMs }
    },
  }
}
