import { type Credential, type CredentialKind, type CredentialState, kindOf, stateOf } from './credential.js'
import type { Entry } from './credential-index.js'
import { placeText } from './place.js'

export interface CredentialQuery {
  /** In the name, the place or an attribute; upper and lower case are the same. */
  readonly text?: string | undefined
  readonly profile?: string | undefined
  readonly kind?: CredentialKind | undefined
  readonly state?: CredentialState | undefined
  /** A place: those at or below it. */
  readonly scope?: string | undefined
  /** Names after this one. */
  readonly after?: string | undefined
  readonly limit: number
}

export interface CredentialPage {
  /** By name. */
  readonly credentials: readonly Credential[]
  readonly hasMore: boolean
}

export function pageOf(entries: Iterable<Entry>, query: CredentialQuery, nowMs: number): CredentialPage {
  const found: Credential[] = []
  for (const { credential } of entries) if (passes(credential, query, nowMs)) found.push(credential)
  found.sort((a, b) => (a.name < b.name ? -1 : 1))
  return { credentials: found.slice(0, query.limit), hasMore: found.length > query.limit }
}

function passes(credential: Credential, query: CredentialQuery, nowMs: number): boolean {
  const { text, profile, kind, state, scope, after } = query
  if (after !== undefined && credential.name <= after) return false
  if (profile !== undefined && credential.profile !== profile) return false
  if (kind !== undefined && kindOf(credential) !== kind) return false
  if (state !== undefined && stateOf(credential, nowMs) !== state) return false
  if (scope !== undefined && !isAt(credential, scope)) return false
  return text === undefined || wordsOf(credential).includes(text.toLowerCase())
}

function isAt({ place }: Credential, scope: string): boolean {
  if (place === undefined) return scope === ''
  const text = placeText(place)
  return scope === '' || text === scope || text.startsWith(`${scope}/`)
}

function wordsOf({ name, place, attributes }: Credential): string {
  const words = [name, place === undefined ? '' : placeText(place), ...Object.values(attributes)]
  return words.join('\n').toLowerCase()
}
