/**
 * Passwords: secrets that people choose, so that whoever gets hold of what is stored could try them out. scrypt (RFC
 * 7914) makes each try cost memory and time.
 *
 * Stored as text, with the cost that it was made at, so that the cost can be raised later:
 *
 *     $scrypt$ln=15,r=8,p=1$<salt>$<hash>     salt 16 bytes, hash 32, base64 without padding
 *
 * N = 2^15, r = 8 takes 32 MiB and some 80 ms of one core. OWASP's next step, 2^16, would take 64 MiB for each of two at
 * once on gateways that have 512 MiB in all; devices that many come at once are given tokens instead.
 */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { GatewayError } from '../../core/errors.js'
import { HashQueue } from './hash-queue.js'

interface Cost {
  /** Logarithm of N to base 2. */
  readonly ln: number
  readonly r: number
  readonly p: number
}

interface StoredHash {
  readonly cost: Cost
  readonly salt: Buffer
  readonly hash: Buffer
}

const COST: Cost = { ln: 15, r: 8, p: 1 }
const SALT_BYTES = 16
const HASH_BYTES = 32
/** What a stored hash may ask for at most: a record that was tampered with must not take the machine down. */
const MAX_COST: Cost = { ln: 20, r: 16, p: 4 }
const FORM = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d)\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{43})$/

export interface HasherOptions {
  readonly maxAtOnce: number
  /** That may wait for their turn; whoever comes then is told to come again. */
  readonly maxWaiting: number
  readonly cost: Cost
}

const DEFAULTS: HasherOptions = { maxAtOnce: 2, maxWaiting: 100, cost: COST }

export class PasswordHasher {
  readonly #queue: HashQueue
  readonly #cost: Cost
  /** Of no password: what a name that nobody has is verified against. */
  readonly #nobodys: StoredHash

  constructor(options: Partial<HasherOptions> = {}) {
    const { maxAtOnce, maxWaiting, cost } = { ...DEFAULTS, ...options }
    this.#queue = new HashQueue(maxAtOnce, maxWaiting)
    this.#cost = cost
    this.#nobodys = { cost, salt: randomBytes(SALT_BYTES), hash: randomBytes(HASH_BYTES) }
  }

  /** @throws {GatewayError} LG_PASSWORDS_BUSY */
  async hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES)
    const hash = await this.#queue.run(() => derive(password, salt, this.#cost))
    if (hash === 'busy') throw new GatewayError('LG_PASSWORDS_BUSY', {})
    return textOf({ cost: this.#cost, salt, hash })
  }

  /**
   * Without a stored hash (a name that nobody has) it takes as long, and is false.
   * @throws {GatewayError} LG_PASSWORD_HASH_UNREADABLE
   */
  async verify(password: string, stored: string | undefined): Promise<boolean | 'busy'> {
    const { cost, salt, hash } = stored === undefined ? this.#nobodys : parse(stored)
    const derived = await this.#queue.run(() => derive(password, salt, cost))
    if (derived === 'busy') return 'busy'
    return timingSafeEqual(derived, hash) && stored !== undefined
  }
}

/** The same characters typed on another keyboard are the same password (NIST SP 800-63B, 5.1.1.2: NFKC). */
function derive(password: string, salt: Buffer, { ln, r, p }: Cost): Promise<Buffer> {
  const N = 2 ** ln
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r }
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, HASH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function textOf({ cost: { ln, r, p }, salt, hash }: StoredHash): string {
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`
}

function parse(text: string): StoredHash {
  const [, ln, r, p, salt, hash] = FORM.exec(text) ?? []
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) }
  if (salt === undefined || hash === undefined || !isAffordable(cost)) {
    throw new GatewayError('LG_PASSWORD_HASH_UNREADABLE', {})
  }
  return { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') }
}

function isAffordable({ ln, r, p }: Cost): boolean {
  return ln >= 1 && ln <= MAX_COST.ln && r >= 1 && r <= MAX_COST.r && p >= 1 && p <= MAX_COST.p
}

function base64(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}
