import { fileURLToPath } from 'node:url'
import { output } from '../processes.js'
import { median, type Table } from '../report.js'
import type { PlantCosts } from '../targets/plant-probe.js'

const PROBE = fileURLToPath(new URL('../targets/plant-probe.js', import.meta.url))

/** What it costs that one device comes, goes or moves, by how many there are. */
export async function changeCosts(counts: readonly number[], rounds: number): Promise<Table[]> {
  const costs = new Map<number, PlantCosts[]>(counts.map((count) => [count, []]))
  for (let round = 0; round < rounds; round++) {
    for (const count of counts) {
      const printed = await output(process.execPath, [PROBE, String(count)])
      costs.get(count)!.push(JSON.parse(printed) as PlantCosts)
    }
  }
  return [
    toTable('One presence change, by the number of devices', costs, 'change'),
    toTable('One move to another line, by the number of devices', costs, 'move'),
  ]
}

function toTable(
  title: string,
  costs: ReadonlyMap<number, readonly PlantCosts[]>,
  kind: keyof PlantCosts,
): Table {
  const rows = [...costs].map(([count, all]) => ({
    count,
    us: median(all.map((one) => one[kind].us)),
    durableUs: median(all.map((one) => one[kind].durableUs)),
  }))
  const [first] = rows
  return {
    title,
    columns: ['devices', 'µs', '× the first', 'µs until it is on disk', '× the first'],
    rows: rows.map(({ count, us, durableUs }) => [
      count.toLocaleString('en-US'),
      us,
      us / first!.us,
      durableUs,
      durableUs / first!.durableUs,
    ]),
    note: 'Of the gateway’s thread: sums of the tree, row, transition and its point. On disk in groups of 100.',
  }
}
