import type { ClientCertificate } from '../../core/client-access.js'

const MAX_CLIENTS = 100_000

/**
 * Certificates that rules let in. When a credential comes to name one of them, such as to shut a stolen device out, whoever
 * is connected by the rule is to come in anew, and is judged by the credential then.
 */
export class RuledClients {
  /** By principal; those known longest first. */
  readonly #certificates = new Map<string, ClientCertificate>()

  note(principal: string, certificate: ClientCertificate): void {
    this.#certificates.delete(principal)
    this.#certificates.set(principal, certificate)
    if (this.#certificates.size <= MAX_CLIENTS) return
    for (const oldest of this.#certificates.keys()) {
      this.#certificates.delete(oldest)
      return
    }
  }

  get(principal: string): ClientCertificate | undefined {
    return this.#certificates.get(principal)
  }

  /** Principals whose certificate `isNamed` now; they are forgotten. */
  takeNamed(isNamed: (certificate: ClientCertificate) => boolean): readonly string[] {
    const named: string[] = []
    for (const [principal, certificate] of this.#certificates) {
      if (isNamed(certificate)) named.push(principal)
    }
    for (const principal of named) this.#certificates.delete(principal)
    return named
  }
}
