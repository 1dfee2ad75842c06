import type { Role } from '../../core/identity.js'

/** A person who may sign in. */
export interface User {
  /** Lower case; what they type to sign in. */
  readonly name: string
  readonly displayName: string
  readonly role: Role
  /** A path of the tree; '' is the whole plant. */
  readonly scope: string
  /** Of the page; that of the browser when absent. */
  readonly language: Language | null
  /** Hash by `PasswordHasher`; null for whom the OpenID provider vouches. */
  readonly password: string | null
  /** Who they are there; null for those with a password. */
  readonly provider: ProviderAccount | null
  readonly isDisabled: boolean
  readonly createdAtMs: number
  readonly changedAtMs: number
  readonly lastSignInAtMs: number | null
  /** Places of the network that they signed in from, the last one first; see sign-in-limits.ts. */
  readonly knownPlaces: readonly string[]
}

export type Language = 'en' | 'zh'

export interface ProviderAccount {
  readonly issuer: string
  readonly subject: string
}

/** What an administrator states of a user. */
export interface UserInput {
  readonly name: string
  readonly displayName?: string
  readonly role: Role
  readonly scope?: string
  readonly language?: Language | null
  readonly password: string
}

/** What is absent stays as it is. */
export interface UserPatch {
  readonly displayName?: string
  readonly role?: Role
  readonly scope?: string
  readonly language?: Language | null
  readonly isDisabled?: boolean
  readonly password?: string
}
