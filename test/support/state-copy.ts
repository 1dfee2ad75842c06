import { closeSync, cpSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** LMDB's two meta pages stand first in the file; every commit writes one of them last. */
const META_BYTES = 2 * 4_096

/**
 * Copies the state of a running gateway as a crash at one instant would leave it. A commit in the middle of the copy,
 * on LMDB's own thread, would leave a file that no crash can: then the copy is taken again.
 */
export function copyState(from: string, to: string): void {
  const source = join(from, 'state', 'data.mdb')
  for (let before = metaOf(source); ; ) {
    cpSync(source, join(to, 'state', 'data.mdb'))
    const after = metaOf(source)
    if (after.equals(before)) return
    before = after
  }
}

function metaOf(file: string): Buffer {
  const meta = Buffer.alloc(META_BYTES)
  const fd = openSync(file, 'r')
  try {
    readSync(fd, meta, 0, META_BYTES, 0)
  } finally {
    closeSync(fd)
  }
  return meta
}
