import type { DeviceRecord } from '../core/registry.js'
import { pathOf } from '../devices/device-path.js'
import { invalidParameter } from './problem.js'

const KEYS = ['id', 'name', 'path', 'updatedAt', 'lastReceived'] as const
type SortKey = (typeof KEYS)[number]
export const SORTS: readonly string[] = KEYS.flatMap((key) => [key, `-${key}`])

/** Where a device stands in an order; devices of one key stand by slot, so that each has a place of its own. */
export interface Place {
  readonly key: string | number
  readonly slot: number
}

export interface Order {
  /** As the parameter names it. */
  readonly name: string
  place(slot: number, record: DeviceRecord): Place
  /** Below zero if `a` comes first. */
  compare(a: Place, b: Place): number
}

/** `name` is the English one, else the Chinese one, else that in the path. Texts are compared by their characters' codes. */
export function orderOf(name: string, lastReceivedMs: (slot: number) => number): Order {
  const key = name.replace(/^-/, '') as SortKey
  const sign = name.startsWith('-') ? -1 : 1
  const keyOf = (slot: number, record: DeviceRecord): string | number => {
    if (key === 'id') return record.id
    if (key === 'name') return record.name.en || record.name.zh || record.device
    if (key === 'path') return pathOf(record)
    return key === 'updatedAt' ? record.updatedAtMs : lastReceivedMs(slot)
  }
  return {
    name,
    place: (slot, record) => ({ key: keyOf(slot, record), slot }),
    compare: (a, b) => sign * (a.key === b.key ? a.slot - b.slot : a.key < b.key ? -1 : 1),
  }
}

export function writePlace({ name }: Order, { key, slot }: Place): string {
  return Buffer.from(JSON.stringify([name, key, slot])).toString('base64url')
}

export function readPlace({ name }: Order, cursor: string): Place {
  const [ofOrder, key, slot] = parse(cursor)
  const isText = /id|name|path/.test(name)
  if (ofOrder !== name || typeof key !== (isText ? 'string' : 'number') || !Number.isSafeInteger(slot)) {
    throw invalidParameter('cursor', 'must be the nextCursor of an earlier page of the same list')
  }
  return { key: key as string | number, slot: slot as number }
}

function parse(cursor: string): readonly unknown[] {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    return Array.isArray(place) ? place : []
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}

/** The first `count` of the places offered, in order, without sorting all of them. */
export class First {
  readonly #order: Order
  readonly #count: number
  #places: Place[] = []
  /** Whatever does not come before it is not among the first. */
  #last: Place | undefined

  constructor(order: Order, count: number) {
    this.#order = order
    this.#count = count
  }

  offer(place: Place): void {
    if (this.#last !== undefined && this.#order.compare(place, this.#last) >= 0) return
    if (this.#places.push(place) >= 2 * this.#count) this.#cut()
  }

  take(): readonly Place[] {
    this.#cut()
    return this.#places
  }

  #cut(): void {
    this.#places.sort(this.#order.compare)
    this.#places.length = Math.min(this.#places.length, this.#count)
    if (this.#places.length === this.#count) this.#last = this.#places.at(-1)
  }
}
