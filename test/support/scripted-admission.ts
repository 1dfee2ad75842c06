import type { Admission, ClientAccess, ConnectAttempt, ConnectVerdict } from '../../src/core/client-access.js'

/** May do everything, but publish what is under `forbidden/`. */
export function accessAs(principal: string): ClientAccess {
  return {
    principal,
    place: undefined,
    mayPublish: (topic) => !topic.startsWith('forbidden/'),
    maySubscribe: () => true,
    maySpeakFor: () => true,
  }
}

/**
 * Lets in who says its own name as its password, as a token `token-<name>`, or shows a certificate: as `device:<name>`.
 * Who is called `locked` is not authorized, who is called `busy` is to come again.
 */
export class ScriptedAdmission implements Admission {
  readonly attempts: ConnectAttempt[] = []
  /** Awaited before each answer. */
  gate: Promise<void> = Promise.resolve()
  readonly rotated = new Set<string>()
  #tellRevoked: ((principal: string) => void)[] = []

  async admit(attempt: ConnectAttempt): Promise<ConnectVerdict> {
    this.attempts.push(attempt)
    await this.gate
    if (attempt.username === 'locked') return { kind: 'notAuthorized', cause: 'it is locked' }
    if (attempt.username === 'busy') return { kind: 'busy', cause: 'too many at once' }
    if (attempt.username === 'broken') throw new Error('no disk')
    const name = nameOf(attempt)
    if (name === undefined) return { kind: 'badCredentials', cause: 'unknown' }
    return { kind: 'admitted', access: accessAs(`device:${name}`) }
  }

  onRevoked(listener: (principal: string) => void): void {
    this.#tellRevoked.push(listener)
  }

  /** Of principals that may come in again after they were shown out. */
  accessOf(principal: string): ClientAccess | undefined {
    return this.rotated.has(principal) ? accessAs(principal) : undefined
  }

  revoke(principal: string): void {
    for (const tell of this.#tellRevoked) tell(principal)
  }
}

function nameOf({ username, password, certificate, methods }: ConnectAttempt): string | undefined {
  const secret = password?.toString()
  if (methods.includes('password') && username !== undefined && username === secret) return username
  if (methods.includes('token') && secret?.startsWith('token-')) return secret.slice('token-'.length)
  return methods.includes('certificate') ? certificate?.commonName : undefined
}
