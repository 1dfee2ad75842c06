import type { DeadLetter, StoredDeadLetter } from '../core/dead-letter.js'
import type { StateStore, Table } from '../core/state.js'
import type { DeadLetterQuery, DeadLetterView } from '../core/views.js'

/**
 * Dead letters on disk, by id in order of arrival. A record is the length of its JSON head (u32, little endian),
 * the head, and the payload as it came.
 */
export class DeadLetters implements DeadLetterView {
  readonly #table: Table
  #assigned: number
  #onDisk: number

  constructor(state: StateStore) {
    this.#table = state.table('deadLetters')
    this.#assigned = Number(this.#table.lastKey() ?? 0)
    this.#onDisk = this.#assigned
  }

  get lastId(): number {
    return this.#onDisk
  }

  get count(): number {
    return this.#table.size
  }

  /** Reserves the next id; the letter counts once the transaction that `write` is called in is on disk. */
  assignId(): number {
    return ++this.#assigned
  }

  write(id: number, letter: DeadLetter): void {
    this.#table.put(id, encode(letter))
  }

  flushed(id: number): void {
    this.#onDisk = Math.max(this.#onDisk, id)
  }

  get(id: number): StoredDeadLetter | undefined {
    const record = this.#table.get(id)
    return record === undefined ? undefined : decode(id, record)
  }

  list(query: DeadLetterQuery): StoredDeadLetter[] {
    const found: StoredDeadLetter[] = []
    for (const { key, value } of this.#table.entries(rangeOf(query))) {
      const letter = decode(Number(key), value)
      if (matches(letter, query)) found.push(letter)
      if (found.length === query.limit) break
    }
    return found
  }
}

function rangeOf({ afterId = 0, beforeId, newestFirst = false }: DeadLetterQuery) {
  const before = beforeId ?? Number.MAX_SAFE_INTEGER
  // The start of a range is inclusive and its end is exclusive, in the direction of travel.
  return newestFirst
    ? { start: before - 1, end: afterId, reverse: true }
    : { start: afterId + 1, end: before }
}

function matches(letter: StoredDeadLetter, { device, reason, topic }: DeadLetterQuery): boolean {
  if (device !== undefined && letter.device !== device && !letter.device.endsWith(`/${device}`)) return false
  if (reason !== undefined && letter.reason.code !== reason) return false
  return topic === undefined || letter.topic === topic
}

function encode({ payload, ...head }: DeadLetter): Buffer {
  const json = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, payload])
}

function decode(id: number, record: Buffer): StoredDeadLetter {
  const end = 4 + record.readUInt32LE(0)
  const head = JSON.parse(record.toString('utf8', 4, end)) as Omit<DeadLetter, 'payload'>
  return { id, ...head, payload: Buffer.from(record.subarray(end)) }
}
