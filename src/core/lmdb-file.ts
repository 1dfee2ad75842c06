import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/**
 * The head of an LMDB data file (liblmdb, mdb.c, `MDB_page` and `MDB_meta`, 64-bit little endian): two meta pages,
 * the one with the greater transaction id is in force.
 *
 *     offset in page  24 magic u32 │ 28 version u32 │ 48 page size u32 │ 144 last page u64 │ 152 transaction id u64
 */
const MAGIC = 0xbeefc0de
const VERSION = 2
const META = { magic: 24, version: 28, pageSize: 48, lastPage: 144, transaction: 152, end: 160 } as const

/** Why the file must not be mapped, or undefined if it looks sound. An empty file is sound: LMDB initialises it. */
export function damageOf(file: string): string | undefined {
  const fd = openSync(file, 'r')
  try {
    const { size } = fstatSync(fd)
    return size === 0 ? undefined : damageOfOpen(fd, size)
  } finally {
    closeSync(fd)
  }
}

function damageOfOpen(fd: number, size: number): string | undefined {
  const first = readMeta(fd, 0)
  if (first === undefined) return `the file is only ${size} bytes long`
  if (first.readUInt32LE(META.magic) !== MAGIC) return 'the file is not an LMDB data file'
  const version = first.readUInt32LE(META.version) & 0xffff
  if (version !== VERSION) return `LMDB data version ${version}, not ${VERSION}`
  const pageSize = first.readUInt32LE(META.pageSize)
  const second = readMeta(fd, pageSize)
  if (second === undefined || second.readUInt32LE(META.magic) !== MAGIC) return 'its second header is damaged'
  const newest = transactionOf(second) > transactionOf(first) ? second : first
  const needed = (Number(newest.readBigUInt64LE(META.lastPage)) + 1) * pageSize
  return size < needed ? `the file is truncated: ${size} of ${needed} bytes` : undefined
}

function readMeta(fd: number, position: number): Buffer | undefined {
  const meta = Buffer.alloc(META.end)
  return readSync(fd, meta, 0, META.end, position) === META.end ? meta : undefined
}

function transactionOf(meta: Buffer): bigint {
  return meta.readBigUInt64LE(META.transaction)
}
