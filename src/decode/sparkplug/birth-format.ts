/**
 * What is kept of edge nodes, in the store of decoders. G, N and D are the ids of group, edge node and device, none of
 * which can hold a `/`.
 *
 *     sparkplug/session/G/N      version u8 │ session u32 │ bdSeq i16, −1: none │ timestamp of the NBIRTH f64, −1: none
 *     sparkplug/birth/G/N        version u8 │ session u32 │ kept at, epoch ms f64 │ definitions, UTF-8 JSON, to the end
 *     sparkplug/birth/G/N/D      the same, of a device
 *
 * Little endian. Definitions are `[[name, alias, datatype, unit, [[path, alias, datatype, unit], …]], …]`, the last of
 * each for templates only; an alias is decimal digits, '' for none.
 *
 * Invariants. The session of an edge node rises with each NBIRTH and each NDEATH that counts. A birth is valid while it has
 * the session of its edge node: so one small record makes the births of a node and of all its devices void.
 *
 * Recovery. A record of another version, or that cannot be read, is as if it were not there: what needs it waits for the
 * next birth, which is asked for.
 */
import type { KeptDefinition } from './birth-table.js'

export const SESSIONS = 'sparkplug/session/'
export const BIRTHS = 'sparkplug/birth/'

const VERSION = 1
const SESSION_BYTES = 15
const BIRTH_HEAD_BYTES = 13

export interface SessionRecord {
  readonly session: number
  /** −1: none was said. */
  readonly bdSeq: number
  /** Epoch milliseconds, as the edge node says; −1 if it was not born in this session. */
  readonly bornMs: number
}

export interface BirthHead {
  readonly session: number
  /** Epoch milliseconds, by the clock of the gateway. */
  readonly keptAtMs: number
}

export function encodeSession({ session, bdSeq, bornMs }: SessionRecord): Buffer {
  const bytes = Buffer.allocUnsafe(SESSION_BYTES)
  bytes[0] = VERSION
  bytes.writeUInt32LE(session, 1)
  bytes.writeInt16LE(bdSeq, 5)
  bytes.writeDoubleLE(bornMs, 7)
  return bytes
}

export function decodeSession(bytes: Buffer): SessionRecord | undefined {
  if (bytes.length !== SESSION_BYTES || bytes[0] !== VERSION) return undefined
  return { session: bytes.readUInt32LE(1), bdSeq: bytes.readInt16LE(5), bornMs: bytes.readDoubleLE(7) }
}

export function encodeBirth(
  { session, keptAtMs }: BirthHead,
  definitions: readonly KeptDefinition[],
): Buffer {
  const rows = definitions.map(({ name, alias, datatype, unit, members }) =>
    members.length === 0
      ? [name, alias, datatype, unit]
      : [name, alias, datatype, unit, members.map((m) => [m.path, m.alias, m.datatype, m.unit])],
  )
  const json = JSON.stringify(rows)
  const bytes = Buffer.allocUnsafe(BIRTH_HEAD_BYTES + Buffer.byteLength(json))
  bytes[0] = VERSION
  bytes.writeUInt32LE(session, 1)
  bytes.writeDoubleLE(keptAtMs, 5)
  bytes.write(json, BIRTH_HEAD_BYTES)
  return bytes
}

export function decodeBirthHead(bytes: Buffer): BirthHead | undefined {
  if (bytes.length < BIRTH_HEAD_BYTES || bytes[0] !== VERSION) return undefined
  return { session: bytes.readUInt32LE(1), keptAtMs: bytes.readDoubleLE(5) }
}

type Row = readonly [string, string, number, string, (readonly [string, string, number, string])[]?]

/** Of a record whose head could be read; undefined if the rest cannot. */
export function decodeDefinitions(bytes: Buffer): KeptDefinition[] | undefined {
  let rows: Row[]
  try {
    rows = JSON.parse(bytes.toString('utf8', BIRTH_HEAD_BYTES)) as Row[]
  } catch {
    return undefined
  }
  return rows.map(([name, alias, datatype, unit, members = []]) => ({
    name,
    alias,
    datatype,
    unit,
    members: members.map(([path, alias, datatype, unit]) => ({ path, alias, datatype, unit })),
  }))
}
