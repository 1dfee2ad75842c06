import type { DeadLetter, StoredDeadLetter } from '../../core/dead-letter.js'

/** A letter without its payload. */
export interface LetterHead extends Omit<StoredDeadLetter, 'payload'> {
  /** Of the payload; undefined in a record of the first format, which holds the payload itself. */
  readonly bytes: number | undefined
}

const LENGTH_BYTES = 4

/** Length of the head (u32, little endian), the head as JSON. */
export function encodeHead({ payload, ...head }: DeadLetter): Buffer {
  return headRecord({ ...head, bytes: payload.length })
}

export function reencodeHead({ id: _, ...head }: LetterHead): Buffer {
  return headRecord(head)
}

function headRecord(head: object): Buffer {
  const json = JSON.stringify(head)
  const record = Buffer.allocUnsafe(LENGTH_BYTES + Buffer.byteLength(json))
  record.writeUInt32LE(record.length - LENGTH_BYTES)
  record.write(json, LENGTH_BYTES)
  return record
}

export function decodeHead(id: number, record: Buffer): LetterHead {
  const head = JSON.parse(record.toString('utf8', LENGTH_BYTES, endOfHead(record))) as Omit<LetterHead, 'id'>
  return { ...head, id, slot: head.slot ?? 0, bytes: head.bytes }
}

/** The payload in a record of the first format. */
export function inlinePayload(record: Buffer): Buffer {
  return Buffer.from(record.subarray(endOfHead(record)))
}

function endOfHead(record: Buffer): number {
  return LENGTH_BYTES + record.readUInt32LE(0)
}
