import { detached } from '../../core/detached.js'
import { escapeName } from '../../core/line-protocol.js'
import { DecodeError, type DocumentPath, type FieldTypeName } from '../decoder.js'

/** Names remembered per tree, and slots per decoder; more than that are built again for each message. */
const MAX_REMEMBERED = 16_384

/**
 * Which point has a field of this name, and which record put it there: by number, so that no set of names is built per
 * point. Fields that are stored under one name share a slot.
 */
export class FieldSlot {
  point = 0
  record = 0
  /** The last of the points that do not pass which has it. */
  judged = 0
}

/** One slot per stored name, bounded; those beyond the bound live for one message. */
export class FieldSlots {
  readonly #slots = new Map<string, FieldSlot>()
  readonly #passing = new Map<string, FieldSlot>()

  of(name: string): FieldSlot {
    const stored = escapeName(name)
    const known = this.#slots.get(stored) ?? this.#passing.get(stored)
    if (known !== undefined) return known
    const slot = new FieldSlot()
    if (this.#slots.size < MAX_REMEMBERED) this.#slots.set(detached(stored), slot)
    else this.#passing.set(stored, slot)
    return slot
  }

  endMessage(): void {
    if (this.#passing.size > 0) this.#passing.clear()
  }
}

/** Names of members that are no fields, as a tree; a branch without children is one of them. */
export class Exclusions {
  readonly children = new Map<string, Exclusions>()
  isEnd = false

  add(way: DocumentPath): void {
    let node: Exclusions = this
    for (const key of way) node = node.#child(String(key))
    node.isEnd = true
  }

  #child(key: string): Exclusions {
    const known = this.children.get(key)
    if (known !== undefined) return known
    const child = new Exclusions()
    this.children.set(key, child)
    return child
  }
}

/** What the configuration says of fields by their names. */
export interface FieldRules {
  readonly types: ReadonlyMap<string, FieldTypeName>
  readonly rename: ReadonlyMap<string, string>
  readonly enums: ReadonlyMap<string, ReadonlyMap<string, string | number | boolean>>
  readonly exclusions: Exclusions
  readonly slots: FieldSlots
}

/**
 * A place in the values of records, with all that follows from the names that lead there: the name of the field, its type,
 * its enumeration. Found by one look-up per member, and built once.
 */
export class FieldNode {
  readonly key: string | number
  readonly parent: FieldNode | undefined
  /** Joined names, before `rename`. */
  readonly joined: string
  /** Name of the field. */
  readonly name: string
  readonly type: FieldTypeName | undefined
  readonly enums: ReadonlyMap<string, string | number | boolean> | undefined
  readonly isExcluded: boolean
  readonly #tree: FieldTree
  readonly #exclusions: Exclusions | undefined
  #slot: FieldSlot | undefined
  #members: Map<string, FieldNode> | undefined
  #elements: FieldNode[] | undefined

  constructor(
    tree: FieldTree,
    parent: FieldNode | undefined,
    key: string | number,
    joined: string,
    exclusions: Exclusions | undefined,
  ) {
    const { rename, types, enums } = tree.rules
    this.#tree = tree
    this.parent = parent
    this.key = key
    this.joined = joined
    this.name = rename.get(joined) ?? joined
    this.type = types.get(this.name)
    this.enums = enums.get(this.name)
    this.#exclusions = exclusions
    this.isExcluded = exclusions?.isEnd === true
  }

  /** @throws {DecodeError} bad_name for a field without a name */
  get slot(): FieldSlot {
    this.#slot ??= this.#newSlot()
    return this.#slot
  }

  #newSlot(): FieldSlot {
    if (this.name === '') throw new DecodeError('bad_name', 'a field has no name')
    return this.#tree.rules.slots.of(this.name)
  }

  member(key: string): FieldNode {
    return this.#members?.get(key) ?? this.#newMember(key)
  }

  element(index: number): FieldNode {
    return this.#elements?.[index] ?? this.#newElement(index)
  }

  /** The way from the value that is flattened. */
  get way(): DocumentPath {
    const way: (string | number)[] = []
    for (let node: FieldNode = this; node.parent !== undefined; node = node.parent) way.push(node.key)
    return way.reverse()
  }

  #newMember(key: string): FieldNode {
    const own = detached(key)
    const child = this.#child(own, own)
    if (!this.#tree.remember()) return child
    this.#members ??= new Map()
    this.#members.set(own, child)
    return child
  }

  #newElement(index: number): FieldNode {
    const child = this.#child(index, String(index))
    if (index !== (this.#elements?.length ?? 0) || !this.#tree.remember()) return child
    this.#elements ??= []
    this.#elements.push(child)
    return child
  }

  #child(key: string | number, text: string): FieldNode {
    const isTop = this.parent === undefined && this === this.#tree.members
    const joined = isTop ? text : `${this.joined}.${text}`
    return new FieldNode(this.#tree, this, key, joined, this.#exclusions?.children.get(text))
  }
}

/** All field nodes of one section of records. */
export class FieldTree {
  readonly rules: FieldRules
  /** Above the members of an object whose members are fields. */
  readonly members: FieldNode
  readonly #named = new Map<string, FieldNode>()
  #remembered = 0

  constructor(rules: FieldRules) {
    this.rules = rules
    this.members = new FieldNode(this, undefined, '', '', rules.exclusions)
  }

  /** The field of this name, whose value may have members. */
  named(name: string): FieldNode {
    return this.#named.get(name) ?? this.#newNamed(name)
  }

  #newNamed(name: string): FieldNode {
    const own = detached(name)
    const node = new FieldNode(this, undefined, '', own, this.rules.exclusions)
    if (this.remember()) this.#named.set(own, node)
    return node
  }

  /** Whether there is room for one more. */
  remember(): boolean {
    if (this.#remembered >= MAX_REMEMBERED) return false
    this.#remembered++
    return true
  }
}
