import type { Proof } from './credential.js'

/** Clients of one credential that are remembered one by one. */
const MAX_CLIENTS = 16

/**
 * By which proof the clients of a credential came in last. When an old secret stops being good, who still came in by it is
 * to be shown out, and who has changed over is not to be disturbed.
 */
export class ClientProofs {
  readonly #byClient = new Map<string, Proof>()
  #hasMore = false

  note(clientId: string, proof: Proof): void {
    if (this.#byClient.size >= MAX_CLIENTS && !this.#byClient.has(clientId)) this.#hasMore = true
    else this.#byClient.set(clientId, proof)
  }

  /** Errs towards true: of clients beyond those remembered, any may have. */
  mayHaveUsed(proof: Proof): boolean {
    if (this.#hasMore) return true
    for (const used of this.#byClient.values()) if (used === proof) return true
    return false
  }

  clear(): void {
    this.#byClient.clear()
    this.#hasMore = false
  }
}
