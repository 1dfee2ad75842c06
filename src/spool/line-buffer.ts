/** Beyond this many characters the rope becomes bytes. */
const ROPE_CHARACTERS = 16_384
/** UTF-8 takes three bytes at the most for what JavaScript counts as one character. */
const MAX_BYTES_PER_CHARACTER = 3

/**
 * Collects lines as UTF-8. They are added to a string, which V8 holds as a rope of small pieces: cheaper than writing
 * each into a buffer. The rope is flattened while it is short, since everything that it is made of survives, and is
 * copied by, each collection of the young generation until then.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(4 * ROPE_CHARACTERS * MAX_BYTES_PER_CHARACTER)
  #length = 0
  #rope = ''

  /** Bytes; as long as they are characters of the rope, an estimate. */
  get length(): number {
    return this.#length + this.#rope.length
  }

  append(lines: string): void {
    this.#rope += lines
    if (this.#rope.length >= ROPE_CHARACTERS) this.#flatten()
  }

  /** The lines so far; begins anew. */
  take(): Buffer {
    this.#flatten()
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length))
    this.#length = 0
    return taken
  }

  #flatten(): void {
    const needed = this.#length + this.#rope.length * MAX_BYTES_PER_CHARACTER
    if (needed > this.#bytes.length) this.#grow(needed)
    this.#length += this.#bytes.write(this.#rope, this.#length)
    this.#rope = ''
  }

  #grow(needed: number): void {
    const grown = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2))
    this.#bytes.copy(grown, 0, 0, this.#length)
    this.#bytes = grown
  }
}
