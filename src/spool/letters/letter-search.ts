import type { Key, Range, Table } from '../../core/state.js'
import { topicTest } from '../../core/topic-filter.js'
import type { DeadLetterFilter, DeadLetterQuery } from '../../core/views.js'
import { decodeHead, type LetterHead } from './letter-format.js'
import { BY_REASON, BY_SLOT, type LetterTables, reasonNumber } from './letter-tables.js'

/** Beyond this many devices it is cheaper to look at every head. */
const MAX_MERGED_SLOTS = 8
/** Of letters that were kept before letters had a slot, or whose device is not known. */
const NO_SLOT = 0

export type Places = Pick<DeadLetterQuery, 'afterId' | 'beforeId' | 'newestFirst'>
type Test = (head: LetterHead) => boolean

export interface HeadScan {
  readonly heads: LetterHead[]
  /** The last id that was looked at; undefined at the end. */
  readonly next: number | undefined
}

/** Looks at heads alone, `maxScanned` at the most, and of these only at what an index leaves. */
export function scanHeads(tables: LetterTables, query: DeadLetterQuery, maxScanned: number): HeadScan {
  const heads: LetterHead[] = []
  const passes = testOf(query)
  let scanned = 0
  for (const head of candidates(tables, query)) {
    if (passes(head)) heads.push(head)
    if (heads.length === query.limit || ++scanned === maxScanned) return { heads, next: head.id }
  }
  return { heads, next: undefined }
}

function* candidates(tables: LetterTables, query: DeadLetterQuery): Generator<LetterHead> {
  const prefixes = indexOf(query)
  if (prefixes === undefined) {
    for (const { key, value } of tables.heads.entries(rangeOf(query))) yield decodeHead(Number(key), value)
    return
  }
  for (const id of indexedIds(tables.index, prefixes, query)) {
    const head = tables.head(id)
    if (head !== undefined) yield head
  }
}

/** The parts of the index that hold every letter asked for; undefined where none does. */
function indexOf({ slots, reason }: DeadLetterFilter): (readonly [kind: number, of: number])[] | undefined {
  if (slots !== undefined && slots.length > 0 && slots.length <= MAX_MERGED_SLOTS) {
    return [...new Set([NO_SLOT, ...slots])].map((slot) => [BY_SLOT, slot] as const)
  }
  return reason === undefined ? undefined : [[BY_REASON, reasonNumber(reason)]]
}

/** Ids of several parts of the index, in order; no letter is in two of them. */
export function* indexedIds(
  index: Table,
  prefixes: readonly (readonly [kind: number, of: number])[],
  places: Places,
): Generator<number> {
  const sign = places.newestFirst === true ? -1 : 1
  const parts = prefixes.map((prefix) => new IndexPart(index, rangeOf(places, prefix)))
  try {
    for (;;) {
      const open = parts.filter(({ id }) => id !== undefined)
      if (open.length === 0) return
      const first = open.reduce((best, part) => (sign * (part.id! - best.id!) < 0 ? part : best))
      yield first.id!
      first.advance()
    }
  } finally {
    for (const part of parts) part.close()
  }
}

class IndexPart {
  id: number | undefined
  readonly #keys: Iterator<Key>

  constructor(index: Table, range: Range) {
    this.#keys = index.keys(range)[Symbol.iterator]()
    this.advance()
  }

  advance(): void {
    const { done, value } = this.#keys.next()
    this.id = done === true ? undefined : Number((value as number[])[2])
  }

  close(): void {
    this.#keys.return?.()
  }
}

function rangeOf(places: Places, prefix?: readonly number[]): Range {
  const { afterId = 0, beforeId = Number.MAX_SAFE_INTEGER, newestFirst = false } = places
  const key = (id: number): Key => (prefix === undefined ? id : [...prefix, id])
  // The start of a range is inclusive and its end is exclusive, in the direction of travel.
  return newestFirst
    ? { start: key(beforeId - 1), end: key(afterId), reverse: true }
    : { start: key(afterId + 1), end: key(beforeId) }
}

function testOf({ isIn, device, slots, reason, topic, topics, fromMs, toMs }: DeadLetterFilter): Test {
  const tests: Test[] = isIn === undefined ? [] : [isIn]
  if (device !== undefined || slots !== undefined) tests.push(deviceTest(device, slots))
  if (reason !== undefined) tests.push((head) => head.reason.code === reason)
  if (fromMs !== undefined) tests.push((head) => head.timeMs >= fromMs)
  if (toMs !== undefined) tests.push((head) => head.timeMs < toMs)
  if (topic !== undefined) tests.push(topicsTest([topic]))
  if (topics !== undefined) tests.push(topicsTest(topics))
  return (head) => tests.every((test) => test(head))
}

function topicsTest(topics: readonly string[]): Test {
  const tests = topics.map(topicTest)
  return ({ topic }) => tests.some((matches) => matches(topic))
}

function deviceTest(device: string | undefined, slots: readonly number[] = []): Test {
  const wanted = new Set(slots)
  const end = `/${device}`
  return (head) =>
    (head.slot !== NO_SLOT && wanted.has(head.slot)) ||
    (device !== undefined && (head.device === device || head.device.endsWith(end)))
}
