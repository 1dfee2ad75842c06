/**
 * Loads devices, collects garbage and says what that took, as one line of JSON (`Loaded`):
 *
 *     node --expose-gc dist/bench/targets/registry-probe.js gateway CONFIG   a whole gateway on its data directory
 *     node --expose-gc dist/bench/targets/registry-probe.js json FILE        JSON.parse of the same records, nothing else
 */
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '../../src/config/load.js'
import { silentLogger } from '../../src/core/logger.js'
import { startGateway } from '../../src/gateway.js'
import { rssBytes } from '../processes.js'

export interface Loaded {
  readonly seconds: number
  readonly rssBytes: number
  /** Heap and buffers of JavaScript that are in use. */
  readonly usedBytes: number
}

async function collected(seconds: number): Promise<Loaded> {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.()
    await sleep(200)
  }
  const { heapUsed, external } = process.memoryUsage()
  return { seconds, rssBytes: rssBytes(process.pid), usedBytes: heapUsed + external }
}

function secondsSince(startMs: number): number {
  return (performance.now() - startMs) / 1000
}

async function loadGateway(file: string): Promise<Loaded> {
  const config = loadConfig(file)
  const start = performance.now()
  const gateway = await startGateway(config, { logger: silentLogger })
  const loaded = await collected(secondsSince(start))
  await gateway.close()
  return loaded
}

async function loadJson(file: string): Promise<Loaded> {
  const start = performance.now()
  const records: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const loaded = await collected(secondsSince(start))
  // A use behind the measurement: they are in the memory that was measured.
  if (!Array.isArray(records)) throw new Error(`${file} is no list of records`)
  return loaded
}

const [kind, file = ''] = process.argv.slice(2)
console.log(JSON.stringify(await (kind === 'gateway' ? loadGateway(file) : loadJson(file))))
