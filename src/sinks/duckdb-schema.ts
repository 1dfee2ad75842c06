import type { DuckDBConnection } from '@duckdb/node-api'
import { BIGINT, BOOLEAN, DOUBLE, type DuckDBType, VARCHAR } from '@duckdb/node-api'
import { FieldType } from '../core/point-batch.js'

const VERSION = 1

/** The tables of a partition, by type of field. */
export const TABLES: Readonly<Record<FieldType, { prefix: string; type: DuckDBType; column: string }>> = {
  [FieldType.float]: { prefix: 'floats', type: DOUBLE, column: 'd' },
  [FieldType.integer]: { prefix: 'integers', type: BIGINT, column: 'i' },
  [FieldType.boolean]: { prefix: 'booleans', type: BOOLEAN, column: 'b' },
  [FieldType.string]: { prefix: 'texts', type: VARCHAR, column: 's' },
}

export const FIELD_TYPES: readonly FieldType[] = Object.values(FieldType)

export function tableOf(partition: string, type: FieldType): string {
  return `${TABLES[type].prefix}_${partition}`
}

/** Without keys: they would be held in memory as trees, and there is one writer, which knows what is there. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS store (version INTEGER);
  CREATE TABLE IF NOT EXISTS series (id INTEGER, key VARCHAR, measurement VARCHAR, tags MAP(VARCHAR, VARCHAR));
  CREATE TABLE IF NOT EXISTS fields (id INTEGER, name VARCHAR);
  CREATE TABLE IF NOT EXISTS channels (id INTEGER, series INTEGER, field INTEGER);
  CREATE TABLE IF NOT EXISTS partitions (name VARCHAR, day INTEGER, part INTEGER, until BIGINT);
  CREATE TABLE IF NOT EXISTS position (spool VARCHAR, sequence BIGINT, line BIGINT);
`

/** Creates what is missing. Throws if the file was written by another version of the gateway. */
export async function prepareSchema(connection: DuckDBConnection): Promise<void> {
  await connection.run(SCHEMA)
  const rows = (await connection.runAndReadAll('SELECT version FROM store')).getRows()
  const version = rows[0]?.[0]
  if (version === undefined) await connection.run(`INSERT INTO store VALUES (${VERSION})`)
  else if (version !== VERSION) {
    throw new Error(`the file has format ${version}, this gateway reads format ${VERSION}`)
  }
}

export async function createPartitionTables(connection: DuckDBConnection, partition: string): Promise<void> {
  for (const type of FIELD_TYPES) {
    const columns = `channel INTEGER, time BIGINT, value ${TABLES[type].type}`
    await connection.run(`CREATE TABLE ${tableOf(partition, type)} (${columns})`)
  }
}

export async function dropPartitionTables(connection: DuckDBConnection, partition: string): Promise<void> {
  for (const type of FIELD_TYPES) await connection.run(`DROP TABLE ${tableOf(partition, type)}`)
}
