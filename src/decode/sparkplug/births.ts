import type { DecoderStore } from '../decoder.js'
import { DecodeError } from '../decoder.js'
import {
  BIRTHS,
  decodeBirthHead,
  decodeDefinitions,
  decodeSession,
  encodeBirth,
  encodeSession,
  SESSIONS,
} from './birth-format.js'
import { BirthTable, type KeptDefinition } from './birth-table.js'
import { NodeSession } from './node-session.js'

/** Of group, edge node and device together, in bytes: what a key of the store can hold. */
const MAX_KEY_BYTES = 1_024

/**
 * The births of all edge nodes and devices, in memory as far as they are used, and on disk (birth-format.ts).
 *
 * Bound: the births on disk take `maxBytes` together. Past it those go first that were kept longest ago; a node without any
 * is forgotten. What they were needed for waits for the next birth.
 */
export class Births {
  readonly #store: DecoderStore
  readonly #maxBytes: number
  readonly #now: () => number
  readonly #nodes = new Map<string, NodeSession>()
  /** Key of the store → bytes, those kept longest ago first; void ones, too. */
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  constructor(store: DecoderStore, maxBytes: number, now: () => number) {
    this.#store = store
    this.#maxBytes = maxBytes
    this.#now = now
  }

  /** What earlier runs left. */
  load(): void {
    for (const { key, value } of this.#store.entries(SESSIONS)) {
      const record = decodeSession(value)
      const [group, node] = key.slice(SESSIONS.length).split('/') as [string, string]
      if (record !== undefined) Object.assign(this.#add(group, node), record)
    }
    const kept: { key: string; bytes: number; keptAtMs: number }[] = []
    for (const { key, value } of this.#store.entries(BIRTHS)) {
      const head = decodeBirthHead(value)
      if (head === undefined) continue
      const [node, device] = this.#ownerOf(key)
      if (node?.session === head.session) node.births.set(device, undefined)
      kept.push({ key, bytes: value.length, keptAtMs: head.keptAtMs })
    }
    kept.sort((a, b) => a.keptAtMs - b.keptAtMs)
    for (const { key, bytes } of kept) this.#count(key, bytes)
  }

  node(group: string, node: string): NodeSession | undefined {
    return this.#nodes.get(`${group}/${node}`)
  }

  /** Births on disk, with those that are void. */
  get count(): number {
    return this.#sizes.size
  }

  /** The node, known from now on. @throws {DecodeError} if its ids are too long to be kept */
  meet(group: string, node: string, device: string): NodeSession {
    if (Buffer.byteLength(group) + Buffer.byteLength(node) + Buffer.byteLength(device) > MAX_KEY_BYTES)
      throw new DecodeError('bad_name', `the ids in the topic have more than ${MAX_KEY_BYTES} bytes`)
    return this.node(group, node) ?? this.#add(group, node)
  }

  /** The node is born, or dies: whatever was known of it and its devices is void. */
  renew(node: NodeSession, bdSeq: number, bornMs: number): void {
    node.renew(bdSeq, bornMs)
    this.#store.put(`${SESSIONS}${node.group}/${node.node}`, encodeSession(node))
  }

  /** @param device '' for the edge node itself */
  table(node: NodeSession, device: string): BirthTable | undefined {
    const known = node.births.get(device)
    if (known !== undefined || !node.births.has(device)) return known
    const table = this.#read(node, device)
    if (table === undefined) node.births.delete(device)
    else node.births.set(device, table)
    return table
  }

  keep(node: NodeSession, device: string, definitions: readonly KeptDefinition[]): BirthTable {
    const table = new BirthTable(definitions)
    const key = keyOf(node, device)
    const bytes = encodeBirth({ session: node.session, keptAtMs: this.#now() }, definitions)
    this.#store.put(key, bytes)
    node.births.set(device, table)
    this.#count(key, bytes.length)
    // The newest stays, however large it is: its data comes next.
    while (this.#bytes > this.#maxBytes && this.#sizes.size > 1) this.#forgetOldest()
    return table
  }

  remove(node: NodeSession, device: string): void {
    const key = keyOf(node, device)
    node.births.delete(device)
    this.#store.remove(key)
    this.#uncount(key)
  }

  #read(node: NodeSession, device: string): BirthTable | undefined {
    const bytes = this.#store.get(keyOf(node, device))
    const definitions = bytes && decodeDefinitions(bytes)
    return definitions && new BirthTable(definitions)
  }

  #add(group: string, node: string): NodeSession {
    const added = new NodeSession(group, node)
    this.#nodes.set(`${group}/${node}`, added)
    return added
  }

  #ownerOf(key: string): [node: NodeSession | undefined, device: string] {
    const [group = '', node = '', device = ''] = key.slice(BIRTHS.length).split('/')
    return [this.node(group, node), device]
  }

  #count(key: string, bytes: number): void {
    this.#uncount(key)
    this.#sizes.set(key, bytes)
    this.#bytes += bytes
  }

  #uncount(key: string): void {
    this.#bytes -= this.#sizes.get(key) ?? 0
    this.#sizes.delete(key)
  }

  #forgetOldest(): void {
    const [key] = this.#sizes.keys()
    const [node, device] = this.#ownerOf(key!)
    this.#store.remove(key!)
    this.#uncount(key!)
    if (node === undefined) return
    node.births.delete(device)
    if (node.births.size > 0) return
    this.#nodes.delete(`${node.group}/${node.node}`)
    this.#store.remove(`${SESSIONS}${node.group}/${node.node}`)
  }
}

function keyOf({ group, node }: NodeSession, device: string): string {
  return device === '' ? `${BIRTHS}${group}/${node}` : `${BIRTHS}${group}/${node}/${device}`
}
