/**
 *     npm run bench                      everything, into bench/RESULTS.md (about 25 minutes)
 *     npm run bench -- throughput idle   only these, to standard output
 *     MQTTLOAD=/path/to/mqttload npm run bench     with a generator written in C as well
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeCosts } from './decode.js'
import { qualityCosts } from './decode-quality.js'
import { makeServerCertificate } from './entrance.js'
import { cGenerator, nodeGenerator } from './generators.js'
import { type Table, toMarkdown } from './report.js'
import { lostClients, reconnectStorm } from './scenarios/clients.js'
import { connectionStorm } from './scenarios/connection-storm.js'
import { manyConnections } from './scenarios/connections.js'
import { drain } from './scenarios/drain.js'
import { idleConnections } from './scenarios/idle.js'
import { latency } from './scenarios/latency.js'
import { liveLatency } from './scenarios/live.js'
import { changeCosts } from './scenarios/presence.js'
import { registryLoad } from './scenarios/registry.js'
import { permittedIngest, permittedLane, securedIngest } from './scenarios/security.js'
import { throughput } from './scenarios/throughput.js'

const { MQTTLOAD, BENCH_SECONDS = '10', BENCH_ROUNDS = '3' } = process.env
const seconds = Number(BENCH_SECONDS)
const rounds = Number(BENCH_ROUNDS)
const c = MQTTLOAD === undefined ? undefined : cGenerator(MQTTLOAD)

const SCENARIOS: Readonly<Record<string, () => Promise<Table[]>>> = {
  decode: async () => [decodeCosts(5 * rounds), await qualityCosts(5 * rounds)],
  throughput: async () => [
    await throughput(nodeGenerator, 100, seconds, rounds),
    ...(c === undefined ? [] : [await throughput(c, 32, seconds, rounds)]),
  ],
  connections: async () => [await manyConnections(c ?? nodeGenerator, [100, 10_000], seconds, rounds)],
  latency: async () => [
    await latency(c ?? nodeGenerator, 20_000, seconds, rounds),
    await latency(c ?? nodeGenerator, 50_000, seconds, rounds),
  ],
  drain: async () => [await drain(60, 20_000)],
  idle: async () => [await idleConnections(8_000)],
  live: async () => [await liveLatency(200)],
  registry: async () => [await registryLoad(371_000, Math.min(rounds, 2))],
  presence: () => changeCosts([1_000, 11_000, 371_000], Math.min(rounds, 2)),
  clients: async () => [
    await lostClients(11_000, 1_000),
    await reconnectStorm(10_000, Math.min(seconds, 6), 1),
  ],
  security,
}

const wanted = process.argv.slice(2)
const unknown = wanted.filter((name) => !(name in SCENARIOS))
if (unknown.length > 0)
  throw new Error(`no scenario ${unknown.join(', ')}; there are ${Object.keys(SCENARIOS).join(', ')}`)

const tables: Table[] = []
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  console.error(`${name} …`)
  tables.push(...(await scenario()))
}

const report = toMarkdown(tables, [version('mosquitto', ['-h']), version('influxd', ['version'])])
if (wanted.length === 0) writeFileSync('bench/RESULTS.md', report)
console.log(report)

async function security(): Promise<Table[]> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-certificate-'))
  try {
    const certificate = makeServerCertificate(directory)
    return [
      await securedIngest(nodeGenerator, certificate, seconds, rounds),
      ...(c === undefined ? [] : [await permittedIngest(c, seconds, Math.min(rounds, 2))]),
      await permittedLane(nodeGenerator, Math.min(seconds, 3), rounds),
      await connectionStorm(10_000, seconds, certificate),
    ]
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The first line that a program says of itself. */
function version(command: string, args: readonly string[]): string {
  try {
    return execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0]!.trim()
  } catch (error) {
    // Mosquitto ends its help with a failure status.
    return String((error as { stdout?: string }).stdout ?? '')
      .split('\n')[0]!
      .trim()
  }
}
