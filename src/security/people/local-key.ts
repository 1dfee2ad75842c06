/**
 * The way in for whoever can read the data directory: the command line on the gateway's own machine. Such a person can
 * read and change all that the gateway keeps anyway, so the key gives nothing away that they do not have.
 *
 * Format of `<dataDirectory>/local.key`, mode 0600, two lines: the key, and the address that the gateway serves, so that
 * the command line sends the key to this gateway alone and not to whatever else listens on the machine.
 *
 * A new key at each start; one that a crash has left behind is worth nothing.
 */
import { readFileSync } from 'node:fs'
import { chmod, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isLoopback } from '../../core/loopback.js'
import { digestOf, isSameDigest, makeToken } from '../secrets/tokens.js'

export const LOCAL_KEY_PREFIX = 'lgl'

/** What the command line finds. */
export interface FoundKey {
  readonly key: string
  /** Of the gateway on this machine, such as `http://127.0.0.1:8080`. */
  readonly url: string
}

export class LocalKey {
  readonly #file: string
  #digest: Buffer | undefined

  constructor(dataDirectory: string) {
    this.#file = fileIn(dataDirectory)
  }

  /** @param url that the gateway serves, once it is known */
  async open(url: string): Promise<void> {
    const { text, digest } = makeToken(LOCAL_KEY_PREFIX)
    const unfinished = `${this.#file}.new`
    // A file of that name may be left over, with another mode than the one that only a new file gets.
    await rm(unfinished, { force: true })
    await writeFile(unfinished, `${text}\n${localUrl(url)}\n`, { mode: 0o600, flag: 'wx' })
    await chmod(unfinished, 0o600)
    await rename(unfinished, this.#file)
    this.#digest = digest
  }

  async close(): Promise<void> {
    if (this.#digest === undefined) return
    this.#digest = undefined
    await rm(this.#file, { force: true })
  }

  /** Whether `token` is the key, sent from this machine. */
  admits(token: string, address: string): boolean {
    if (this.#digest === undefined || !isLoopback(address)) return false
    return isSameDigest(digestOf(token), this.#digest)
  }
}

/** Undefined where no gateway left one, or where it is not for the one who asks. */
export function readLocalKey(dataDirectory: string): FoundKey | undefined {
  let text: string
  try {
    text = readFileSync(fileIn(dataDirectory), 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return undefined
    throw error
  }
  const [key = '', url = ''] = text.split('\n')
  return key.startsWith(`${LOCAL_KEY_PREFIX}_`) && URL.canParse(url) ? { key, url } : undefined
}

function fileIn(dataDirectory: string): string {
  return join(dataDirectory, 'local.key')
}

/** Whoever listens on all addresses listens on the loopback, too. */
function localUrl(served: string): string {
  const url = new URL(served)
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1'
  if (url.hostname === '[::]') url.hostname = '[::1]'
  return url.origin
}
