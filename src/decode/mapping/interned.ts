import { detached } from '../../core/detached.js'
import { Generations } from '../../core/generations.js'
import type { Frame } from './frame.js'
import { Known } from './known.js'
import { textOf } from './pick.js'
import type { Reader } from './reader.js'

/** Of each kind, this many at least: one object stands for equal ones, so that they are told apart by identity. */
export const REMEMBERED = 16_384

/** No record has so many texts. */
const FAILED = -1

/** One object for equal texts. */
export type Pool<T> = Generations<Known<T>>

/** A pick of a text. */
export interface TextPick<Name extends string = string> {
  readonly name: Name
  readonly reader: Reader
  /** For faults. */
  readonly label: string
}

export type NamedText = readonly [name: string, text: string]

/** Named texts that a record says, as one object; the one that was found last is found again without a look-up. */
export abstract class Interned<T> {
  readonly #pool: Pool<T>
  readonly #none: Known<T>
  readonly #names: string[] = []
  /** Name and its length, for keys. */
  readonly #prefixes: string[] = []
  readonly #texts: string[] = []
  #count = 0
  #isLast = false
  #lastCount = 0
  #last: Known<T>
  /** Where there is one text, under the name that the last one had: by the text alone, since a joined key costs more. */
  #single = new Generations<Known<T>>(REMEMBERED)
  #singleName = ''

  /** @param none where a record says nothing */
  constructor(pool: Pool<T>, none: Known<T>) {
    this.#pool = pool
    this.#none = none
    this.#last = none
  }

  /** Calls `add` for each text. */
  protected abstract collect(frame: Frame): void
  protected abstract create(texts: readonly NamedText[]): T

  read(frame: Frame): Known<T> {
    const lastCount = this.#lastCount
    this.#count = 0
    this.#isLast = true
    // Where the record fails half-way, the texts are no longer those of what was found last.
    this.#lastCount = FAILED
    this.collect(frame)
    if (!this.#isLast || this.#count !== lastCount)
      this.#last = this.#count === 0 ? this.#none : this.#intern()
    this.#lastCount = this.#count
    return this.#last
  }

  protected add(name: string, text: string): void {
    if (text === '') return
    const i = this.#count++
    if (text !== this.#texts[i]) {
      this.#isLast = false
      this.#texts[i] = detached(text)
    }
    if (name !== this.#names[i]) {
      this.#isLast = false
      this.#names[i] = detached(name)
      this.#prefixes[i] = `${name.length} ${this.#names[i]}`
    }
  }

  protected addPicked({ name, reader, label }: TextPick, frame: Frame): void {
    const text = textOf(reader, frame, label)
    if (text !== undefined) this.add(name, text)
  }

  #intern(): Known<T> {
    if (this.#count > 1) return this.#pooled()
    const [name, text] = [this.#names[0]!, this.#texts[0]!]
    if (name !== this.#singleName) {
      this.#singleName = name
      this.#single = new Generations(REMEMBERED)
    }
    const known = this.#single.get(text)
    if (known !== undefined) return known
    const found = this.#pooled()
    this.#single.set(text, found)
    return found
  }

  #pooled(): Known<T> {
    // Any of the texts may contain any character: their lengths tell where each ends.
    let key = ''
    for (let i = 0; i < this.#count; i++) {
      const text = this.#texts[i]!
      key += `${this.#prefixes[i]}${text.length} ${text}`
    }
    const known = this.#pool.get(key)
    if (known !== undefined) return known
    const names = this.#names.slice(0, this.#count)
    const found = new Known(this.create(names.map((name, i) => [name, this.#texts[i]!] as const)))
    this.#pool.set(key, found)
    return found
  }
}
