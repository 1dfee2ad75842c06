import type { DuckDBConnection } from '@duckdb/node-api'
import { createPartitionTables, dropPartitionTables } from './duckdb-schema.js'

const NS_PER_DAY = 86_400_000_000_000n
const MS_PER_DAY = 86_400_000

/** Tables that come and go together: the points of a day (UTC), or of a part of one. */
export interface Partition {
  /** `20261121`, `20261121_2`, … */
  readonly name: string
  /** Days since the epoch. */
  readonly day: number
  readonly part: number
  /** No point in it has this time or a later one, nanoseconds. */
  until: bigint
}

export function dayOf(timeNs: bigint): number {
  const day = timeNs / NS_PER_DAY
  return Number(timeNs < day * NS_PER_DAY ? day - 1n : day)
}

export function startOfDay(day: number): bigint {
  return BigInt(day) * NS_PER_DAY
}

export function dayOfMs(timeMs: number): number {
  return Math.floor(timeMs / MS_PER_DAY)
}

export function dateOf(day: number): string {
  return new Date(day * MS_PER_DAY).toISOString().slice(0, 10)
}

/**
 * The partitions, oldest first. The methods that change something do so within the transaction that is open; if that
 * one fails, the store is opened anew.
 */
export class Partitions {
  #list: Partition[] = []

  get list(): readonly Partition[] {
    return this.#list
  }

  async load(connection: DuckDBConnection): Promise<void> {
    this.#list = await readPartitions(connection)
  }

  /** The newest part of the day. */
  newestOf(day: number): Partition | undefined {
    return this.#list.findLast((partition) => partition.day === day)
  }

  /** A new part of the day, into which its points go from now on. */
  async add(connection: DuckDBConnection, day: number): Promise<Partition> {
    const part = (this.newestOf(day)?.part ?? 0) + 1
    const name = dateOf(day).replaceAll('-', '') + (part === 1 ? '' : `_${part}`)
    const partition = { name, day, part, until: startOfDay(day + 1) }
    await createPartitionTables(connection, name)
    await connection.run(`INSERT INTO partitions VALUES ('${name}', ${day}, ${part}, ${partition.until})`)
    this.#list.push(partition)
    this.#list.sort((a, b) => a.day - b.day || a.part - b.part)
    return partition
  }

  /** Notes that the partition holds a point of that time, which is later than its day. */
  async extend(connection: DuckDBConnection, partition: Partition, time: bigint): Promise<void> {
    if (time < partition.until) return
    partition.until = time + 1n
    await connection.run(`UPDATE partitions SET until = ${partition.until} WHERE name = '${partition.name}'`)
  }

  async drop(connection: DuckDBConnection, { name }: Partition): Promise<void> {
    await dropPartitionTables(connection, name)
    await connection.run(`DELETE FROM partitions WHERE name = '${name}'`)
    this.#list = this.#list.filter((partition) => partition.name !== name)
  }
}

export async function readPartitions(connection: DuckDBConnection): Promise<Partition[]> {
  const sql = 'SELECT name, day, part, until FROM partitions ORDER BY day, part'
  const rows = (await connection.runAndReadAll(sql)).getRows() as [string, number, number, bigint][]
  return rows.map(([name, day, part, until]) => ({ name, day, part, until }))
}
