import { detached } from '../core/detached.js'
import { escapeName } from '../core/line-protocol.js'
import type { PointBatch } from '../core/point-batch.js'
import { DecodeError, type TopicMemory } from './decoder.js'

const MAX_REMEMBERED_NAMES = 256
const MAX_SHARED_NAMES = 4_096

/**
 * Fails if two fields of the open point would have one name where they are stored, so that only one of them could be,
 * or if one has none. A point whose names are those of the last point that was looked at needs no second look.
 */
export function checkDistinct(batch: PointBatch, { distinct }: TopicMemory): void {
  const from = batch.firstField[batch.points]!
  if (hasNames(batch, from, distinct)) return
  compareAll(batch, from)
  distinct.length = 0
  if (batch.fields - from > MAX_REMEMBERED_NAMES) return
  for (let f = from; f < batch.fields; f++) distinct.push(detached(batch.names[f]!))
}

function hasNames(batch: PointBatch, from: number, names: readonly string[]): boolean {
  const count = batch.fields - from
  if (names.length !== count) return false
  for (let i = 0; i < count; i++) if (batch.names[from + i] !== names[i]) return false
  return true
}

function compareAll(batch: PointBatch, from: number): void {
  const seen = new Set<string>()
  for (let f = from; f < batch.fields; f++) {
    const name = batch.names[f]!
    if (name === '') throw new DecodeError('bad_name', 'a field has no name')
    const stored = escapeName(name)
    if (seen.has(stored))
      throw new DecodeError('bad_name', `field ${name.slice(0, 80)} stands twice in one point`)
    seen.add(stored)
  }
}

/** One copy of each name for all topics, apart from the messages that it came in. */
export class NameTable {
  readonly #names = new Map<string, string>()

  get(name: string): string {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const copy = detached(name)
    if (this.#names.size < MAX_SHARED_NAMES) this.#names.set(copy, copy)
    return copy
  }
}
