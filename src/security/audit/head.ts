/**
 * The end of the trail, beside its files: `head.json`, with an HMAC-SHA-256 whose key lies outside of the folder
 * (`<dataDirectory>/audit.key`). The chain alone cannot show that its end was cut off, or that it was made anew from some
 * record on; the head can. Whoever can write the folder but does not have the key (a share, a backup, a copy that was
 * handed over) cannot make one. Whoever can read the key can: against them helps only what has left the machine, which is
 * what the copy over syslog with its hashes is for.
 *
 * Invariant: the head is never ahead of what is on disk. It may be behind by what was written in the last second; `closed`
 * says that it is not, and that nothing may follow.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { HEAD_FILE } from './files.js'
import type { Link } from './line.js'

export interface Head extends Link {
  /** Name of the file with the last record; '' without a record. */
  readonly file: string
  readonly closed: boolean
  readonly time: string
}

export interface FoundHead {
  readonly head: Head
  /** Undefined without a key to check it with. */
  readonly isAuthentic: boolean | undefined
}

export async function writeHead(folder: string, head: Head, key: string): Promise<void> {
  const path = join(folder, HEAD_FILE)
  const { seq, hash, file, closed, time } = head
  const text = JSON.stringify({ seq, hash, file, closed, time, mac: macOf(head, key) })
  const handle = await open(`${path}.new`, 'w', 0o600)
  try {
    await handle.writeFile(`${text}\n`)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  await rename(`${path}.new`, path)
}

/** Undefined if there is none. One that cannot be read is not authentic. */
export async function readHead(folder: string, key: string | undefined): Promise<FoundHead | undefined> {
  const text = await readIfThere(join(folder, HEAD_FILE))
  if (text === undefined) return undefined
  const { mac, ...head } = parse(text)
  const isAuthentic = key === undefined ? undefined : isEqual(String(mac), macOf(head, key))
  return { head, isAuthentic: head.hash === '' ? false : isAuthentic }
}

export async function readKey(path: string): Promise<string | undefined> {
  return (await readIfThere(path))?.trim()
}

/** Makes the key if there is none. */
export async function keyAt(path: string): Promise<string> {
  const found = await readKey(path)
  if (found !== undefined && found !== '') return found
  const key = randomBytes(32).toString('hex')
  const handle = await open(path, 'w', 0o600)
  try {
    await handle.writeFile(`${key}\n`)
    await handle.datasync()
  } finally {
    await handle.close()
  }
  return key
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    return undefined
  }
}

const UNREADABLE: Head = { seq: 0, hash: '', file: '', closed: false, time: '' }

function parse(text: string): Head & { mac?: string } {
  try {
    const found = JSON.parse(text) as Partial<Head & { mac: string }>
    const { seq, hash, file, closed, time, mac } = found
    const isWhole = typeof seq === 'number' && typeof hash === 'string' && typeof file === 'string'
    if (!isWhole || typeof closed !== 'boolean' || typeof time !== 'string') return UNREADABLE
    // The text itself counts: two texts that mean the same are not both what was written.
    const whole = { seq, hash, file, closed, time, ...(mac === undefined ? {} : { mac }) }
    return `${JSON.stringify(whole)}\n` === text ? whole : UNREADABLE
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof TypeError)) throw error
    return UNREADABLE
  }
}

function macOf({ seq, hash, file, closed, time }: Head, key: string): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([seq, hash, file, closed, time]))
    .digest('hex')
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
