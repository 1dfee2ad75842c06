import { createHash, timingSafeEqual } from 'node:crypto'

/** Whether a request showed a token: none at all, one that is known, or something else. */
export type Credential = 'none' | 'good' | 'bad'

const BEARER = /^Bearer +([\x21-\x7e]+) *$/i

/** Tokens that let private values be read and written. Kept as digests, so that no dump of this object shows them. */
export class Tokens {
  readonly #digests: readonly Buffer[]

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digest)
  }

  /** @param authorization the header of that name */
  check(authorization: string | undefined): Credential {
    if (authorization === undefined) return 'none'
    const token = BEARER.exec(authorization)?.[1]
    return token !== undefined && this.#knows(digest(token)) ? 'good' : 'bad'
  }

  /** Takes as long for a good token as for a bad one: digests have one length, and all of them are compared. */
  #knows(shown: Buffer): boolean {
    let known = false
    for (const own of this.#digests) known = timingSafeEqual(own, shown) || known
    return known
  }
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
