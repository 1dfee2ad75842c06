import { type ParsedIdentifier, toUrlPath } from './handle.js'

/**
 * The only addresses that identifiers can make the gateway ask: those at or below the URLs of the referral table. A
 * handle becomes a part of the path, and nothing that it holds may lead elsewhere; neither may a redirect.
 */
export class AllowedAddresses {
  readonly #bases: readonly URL[]

  constructor(urls: readonly string[]) {
    this.#bases = urls.map(baseOf)
  }

  has(address: URL): boolean {
    if (address.username !== '' || address.password !== '') return false
    return this.#bases.some(
      (base) => address.origin === base.origin && address.pathname.startsWith(base.pathname),
    )
  }
}

/** Where a resolver answers for the identifier. */
export function addressOf(url: string, identifier: ParsedIdentifier): URL {
  const base = baseOf(url)
  return new URL(`${base.origin}${base.pathname}api/handles/${toUrlPath(identifier)}`)
}

/** With a slash at its end, so that `/resolver` does not stand for `/resolver-of-others` too. */
function baseOf(url: string): URL {
  return new URL(url.endsWith('/') ? url : `${url}/`)
}
