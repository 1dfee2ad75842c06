import type { AedesClient } from './aedes-internals.js'

/** Topic filters that clients were granted, each counted once. They are forgotten with the client. */
export class GrantedFilters {
  readonly #clients = new WeakMap<AedesClient, Set<string>>()

  add(client: AedesClient, filter: string): void {
    const known = this.#clients.get(client)
    if (known === undefined) this.#clients.set(client, new Set([filter]))
    else known.add(filter)
  }

  remove(client: AedesClient, filters: readonly string[]): void {
    const known = this.#clients.get(client)
    for (const filter of filters) known?.delete(filter)
  }

  has(client: AedesClient, filter: string): boolean {
    return this.#clients.get(client)?.has(filter) === true
  }

  count(client: AedesClient): number {
    return this.#clients.get(client)?.size ?? 0
  }
}
