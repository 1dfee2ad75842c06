import type { StateStore } from '../../core/state.js'
import { decodeHead } from './letter-format.js'
import type { LetterTables } from './letter-tables.js'

const FORMAT = 'format'
const CURRENT = '2'
const AT_ONCE = 256

/**
 * Brings letters of the first format, whose records held the payload and had no index, into the present one: in slices,
 * each in a transaction, so that an end in between is gone on from. A record tells itself which format it has.
 */
export async function upgradeFormat(state: StateStore, tables: LetterTables): Promise<void> {
  if (tables.meta.get(FORMAT)?.toString() === CURRENT) return
  for (let after = 0; ; ) {
    const records = Array.from(tables.heads.entries({ start: after + 1, limit: AT_ONCE }))
    if (records.length === 0) break
    await state.commit(() => {
      for (const { key, value } of records) upgrade(tables, Number(key), value)
    })
    after = Number(records.at(-1)!.key)
  }
  await state.commit(() => tables.meta.put(FORMAT, Buffer.from(CURRENT)))
}

function upgrade(tables: LetterTables, id: number, record: Buffer): void {
  const head = decodeHead(id, record)
  if (head.bytes !== undefined) return
  const { id: _, ...letter } = tables.whole(head)
  tables.write(id, letter)
}
