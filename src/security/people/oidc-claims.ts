import type { Role } from '../../core/identity.js'

export interface RoleMapping {
  readonly value: string
  readonly role: Role
  readonly scope: string
}

export interface ClaimRules {
  /** A dot leads into objects: `realm_access.roles`. */
  readonly claim: string
  /** The first that fits counts. */
  readonly roles: readonly RoleMapping[]
}

export type Claims = Readonly<Record<string, unknown>>

/** Undefined for whom no mapping fits. */
export function rightsOf(claims: Claims, { claim, roles }: ClaimRules): RoleMapping | undefined {
  const values = [claimAt(claims, claim)].flat()
  return roles.find(({ value }) => values.includes(value))
}

/** A claim of that very name goes before one within objects, as some are named by an address. */
export function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let at: unknown = claims
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
    at = (at as Claims)[key]
  }
  return at
}

/** The first of these claims that is a text. */
export function textOf(claims: Claims, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = claims[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}
