import { parseCookie, stringifySetCookie } from 'cookie'

/**
 * The cookie of a session. SameSite=Strict: no other site can have a browser send it, not even by a link. `__Host-`, which
 * browsers take over TLS alone: no other host, and no page without TLS, can set it.
 */
export class SessionCookie {
  readonly #name: string
  readonly #isSecure: boolean

  constructor(isSecure: boolean) {
    this.#name = isSecure ? '__Host-linegate_session' : 'linegate_session'
    this.#isSecure = isSecure
  }

  /** Undefined in a request without one. */
  read(header: string | undefined): string | undefined {
    return header === undefined ? undefined : parseCookie(header)[this.#name]
  }

  /** Ends with the browser; how long it is good is the gateway's to say. */
  set(token: string): string {
    return stringifySetCookie({ name: this.#name, value: token, ...this.#attributes })
  }

  clear(): string {
    return stringifySetCookie({ name: this.#name, value: '', maxAge: 0, ...this.#attributes })
  }

  get #attributes() {
    return { httpOnly: true, sameSite: 'strict', secure: this.#isSecure, path: '/' } as const
  }
}
