import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { silentLogger } from '../../src/core/logger.js'
import { StateStore } from '../../src/core/state.js'
import { DeviceRegistry } from '../../src/devices/registry.js'
import { plantRows } from '../plant-rows.js'
import { output } from '../processes.js'
import { median, type Table } from '../report.js'
import type { Loaded } from '../targets/registry-probe.js'

const PROBE = fileURLToPath(new URL('../targets/registry-probe.js', import.meta.url))
const MAP_BYTES = 16 * 1024 ** 3

/** What a registry takes to load and to hold: a whole gateway, less an empty one, beside the bare records. */
export async function registryLoad(count: number, rounds: number): Promise<Table> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-registry-'))
  try {
    const kinds = ['gateway', 'json'] as const
    const loads = new Map<string, Difference[]>(kinds.map((kind) => [kind, []]))
    const [empty, full] = [await prepare(directory, 0), await prepare(directory, count)]
    for (let round = 0; round < rounds; round++) {
      for (const kind of kinds) {
        const without = await probe(kind, empty[kind])
        loads.get(kind)!.push({ without, loaded: await probe(kind, full[kind]) })
      }
    }
    return toTable(count, loads)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

interface Difference {
  readonly without: Loaded
  readonly loaded: Loaded
}

/** A configuration whose gateway has these devices, and a file with their records alone. */
async function prepare(parent: string, count: number): Promise<{ gateway: string; json: string }> {
  const directory = join(parent, String(count))
  mkdirSync(directory)
  const state = StateStore.open({
    directory: join(directory, 'data', 'state'),
    mapBytes: MAP_BYTES,
    logger: silentLogger,
  })
  const registry = new DeviceRegistry(state)
  await registry.putAll(plantRows(count), 'api')
  const json = join(directory, 'records.json')
  writeFileSync(json, JSON.stringify([...registry.records()]))
  await state.close()
  const gateway = join(directory, 'gateway.yaml')
  const lines = [
    `gateway: { dataDirectory: '${directory}/data' }`,
    'mqtt: { listeners: [ { protocol: mqtt, host: 127.0.0.1, port: 0 } ] }',
    'http: { port: 0 }',
  ]
  writeFileSync(gateway, lines.join('\n'))
  return { gateway, json }
}

async function probe(kind: string, file: string): Promise<Loaded> {
  return JSON.parse(await output(process.execPath, ['--expose-gc', PROBE, kind, file])) as Loaded
}

function toTable(count: number, loads: ReadonlyMap<string, readonly Difference[]>): Table {
  const figures = (kind: string) => {
    const of = (key: keyof Loaded) =>
      median(loads.get(kind)!.map(({ without, loaded }) => loaded[key] - without[key]))
    return { seconds: of('seconds'), rss: of('rssBytes') / count, used: of('usedBytes') / count }
  }
  const [gateway, json] = [figures('gateway'), figures('json')]
  return {
    title: `A registry of ${count.toLocaleString('en-US')} devices, loaded from disk`,
    columns: [
      '',
      'seconds',
      '× JSON.parse',
      'bytes of RSS per device',
      '× JSON.parse',
      'bytes used per device',
    ],
    rows: [
      ['JSON.parse of the records, nothing else', json.seconds, 1, json.rss, 1, json.used],
      [
        'Linegate: a whole gateway, less an empty one',
        gateway.seconds,
        gateway.seconds / json.seconds,
        gateway.rss,
        gateway.rss / json.rss,
        gateway.used,
      ],
    ],
    note: 'After garbage collection. RSS includes pages of the state file that the system maps and can drop; used is what JavaScript holds: records, tree, presence, networking, production and identifiers.',
  }
}
