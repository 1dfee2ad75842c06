const BUCKETS = 256
/** Keys that may share a bucket. */
const PLACES = 4
const MAX_KEY_BYTES = 64
/** FNV-1a. */
const BASIS = 0x811c9dc5
const PRIME = 0x01000193

/**
 * Keys that were read before, by their bytes: devices send the same ones in every message, and comparing costs a fraction
 * of making a new text. Only ASCII, whose characters are its bytes.
 *
 *     keys   | bucket 0: 4 keys, the one added last first | bucket 1 | …
 */
export class KeyTable {
  #keys: string[] | undefined
  #bucket = 0

  /** The key that stands there; undefined if it is not known, and then it can be added. */
  get(bytes: Buffer, start: number, end: number): string | undefined {
    if (end - start > MAX_KEY_BYTES) return undefined
    this.#bucket = bucketOf(bytes, start, end)
    const keys = this.#keys
    if (keys === undefined) return undefined
    for (let place = this.#bucket; place < this.#bucket + PLACES; place++) {
      const known = keys[place]!
      if (known.length === end - start && isSame(known, bytes, start)) return known
    }
    return undefined
  }

  /** The key of so many bytes that was just asked for. What is returned is quicker as a name of members. */
  add(key: string, length: number): string {
    // Fewer characters than bytes: not ASCII.
    if (length > MAX_KEY_BYTES || key.length !== length) return key
    this.#keys ??= new Array<string>(BUCKETS * PLACES).fill('')
    const name = asName(key)
    this.#keys.copyWithin(this.#bucket + 1, this.#bucket, this.#bucket + PLACES - 1)
    this.#keys[this.#bucket] = name
    return name
  }
}

/** The engine's own copy of a name, which it finds in objects without looking the characters up first. */
function asName(key: string): string {
  return Object.keys({ [key]: true })[0]!
}

function bucketOf(bytes: Buffer, start: number, end: number): number {
  let hash = BASIS
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, PRIME)
  return ((hash ^ (hash >>> 15)) & (BUCKETS - 1)) * PLACES
}

function isSame(known: string, bytes: Buffer, start: number): boolean {
  for (let i = 0; i < known.length; i++) if (known.charCodeAt(i) !== bytes[start + i]) return false
  return true
}
