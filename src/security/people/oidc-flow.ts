/**
 * What the browser keeps while its person is at the OpenID provider: the cookie ties the answer to the browser that asked (against
 * signing somebody in as somebody else), and carries what only the gateway may know, encrypted by a key of this process.
 * Nothing is kept here: whoever begins a thousand times and never comes back takes no room.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { parseCookie, stringifySetCookie } from 'cookie'

const FLOW_MS = 10 * 60_000
const IV_BYTES = 12
const TAG_BYTES = 16

export interface Flow {
  readonly state: string
  readonly nonce: string
  /** PKCE. */
  readonly verifier: string
}

export class FlowCookie {
  readonly #name: string
  readonly #isSecure: boolean
  readonly #now: () => number
  readonly #key = randomBytes(32)

  constructor(isSecure: boolean, now: () => number) {
    this.#name = isSecure ? '__Host-linegate_oidc' : 'linegate_oidc'
    this.#isSecure = isSecure
    this.#now = now
  }

  set(flow: Flow): string {
    return this.#cookie(this.#seal({ ...flow, untilMs: this.#now() + FLOW_MS }), FLOW_MS / 1_000)
  }

  clear(): string {
    return this.#cookie('', 0)
  }

  /** Undefined without one, and for one that was not made here or is too old. */
  read(header: string | undefined): Flow | undefined {
    const sealed = header === undefined ? undefined : parseCookie(header)[this.#name]
    const flow = sealed === undefined || sealed === '' ? undefined : this.#open(sealed)
    return flow === undefined || this.#now() >= flow.untilMs ? undefined : flow
  }

  /** The provider's redirect comes from another site: with SameSite=Strict the cookie would not come along. */
  #cookie(value: string, maxAge: number): string {
    return stringifySetCookie({
      name: this.#name,
      value,
      maxAge,
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#isSecure,
      path: '/',
    })
  }

  #seal(flow: Flow & { untilMs: number }): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv)
    const sealed = Buffer.concat([cipher.update(JSON.stringify(flow)), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
  }

  #open(text: string): (Flow & { untilMs: number }) | undefined {
    const bytes = Buffer.from(text, 'base64url')
    if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, IV_BYTES))
    decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
    const head = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES))
    try {
      return JSON.parse(Buffer.concat([head, decipher.final()]).toString()) as Flow & { untilMs: number }
    } catch {
      // Not sealed by this key: of another gateway, of one before a restart, or altered.
      return undefined
    }
  }
}
