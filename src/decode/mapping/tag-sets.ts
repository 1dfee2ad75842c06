import { LEVELS } from '../../core/device.js'
import type { Tag } from '../../core/point-batch.js'
import { DecodeError } from '../decoder.js'
import { type DocumentObject, isObject } from '../documents/index.js'
import type { Frame } from './frame.js'
import { Interned, type NamedText, type TextPick } from './interned.js'
import type { Places } from './places.js'
import type { Reader } from './reader.js'
import { plainText } from './text.js'

/** The gateway's own tags of every point. */
const RESERVED: ReadonlySet<string> = new Set(LEVELS)

/** Tags of records; equal ones are one object. */
export class TagSets extends Interned<readonly Tag[]> {
  readonly #picks: readonly TextPick[]
  readonly #named: ReadonlySet<string>
  /** Finds an object, whose members are tags. */
  readonly #all: Reader | undefined

  constructor(picks: readonly TextPick[], all: Reader | undefined, { tags, noTags }: Places) {
    super(tags, noTags)
    this.#picks = picks
    this.#named = new Set(picks.map(({ name }) => name))
    this.#all = all
  }

  protected collect(frame: Frame): void {
    for (const pick of this.#picks) this.addPicked(pick, frame)
    if (this.#all !== undefined) this.#addAll(this.#all, frame)
  }

  protected create(texts: readonly NamedText[]): readonly Tag[] {
    return texts.map(([name, value]) => ({ name, value }))
  }

  #addAll(all: Reader, frame: Frame): void {
    const found = all.read(frame)
    if (found === undefined || found === null) return
    if (!isObject(found))
      throw new DecodeError('bad_type', 'what holds the tags is no object', all.locate(frame))
    for (const key in found) {
      const text = this.#named.has(key) ? undefined : plainText(found[key])
      if (text === undefined) continue
      if (key === '') throw new DecodeError('bad_name', 'a tag has no name', all.locate(frame))
      this.add(RESERVED.has(key) ? this.#freeName(key, found) : key, text)
    }
  }

  #freeName(key: string, members: DocumentObject): string {
    let name = key
    do name += '_'
    while (this.#named.has(name) || Object.hasOwn(members, name))
    return name
  }
}
