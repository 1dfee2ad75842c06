/** What the routes of people answer and take. */
import { type Static, Type } from 'typebox'
import { GatewayError } from '../core/errors.js'
import { ROLES } from '../core/identity.js'
import type { ApiToken } from '../security/people/api-tokens.js'
import type { People } from '../security/people/people.js'
import type { User } from '../security/people/user.js'
import type { HttpViews } from './inputs.js'
import { CLOSED } from './route.js'
import { Time } from './schema-parts.js'

const MAX_TEXT = 1_024

export const Password = Type.String({ description: 'Its rules: docs/people.md.', maxLength: MAX_TEXT })
export const RoleField = Type.Enum([...ROLES])
export const Scope = Type.String({
  description: 'A place of the tree such as ningbo/moulding: nothing outside of it is seen. Empty for all.',
  maxLength: MAX_TEXT,
})
export const DisplayName = Type.String({ description: 'As it is shown; may be empty.', maxLength: MAX_TEXT })
export const LanguageField = Type.Union([Type.Enum(['en', 'zh']), Type.Null()], {
  description: 'Of the page; null for that of the browser.',
})

export const Name = Type.Object(
  { name: Type.String({ description: 'Name, as in the list.', minLength: 1, maxLength: 255 }) },
  CLOSED,
)

export const UserAnswer = Type.Object({
  name: Type.String(),
  displayName: Type.String(),
  role: RoleField,
  scope: Type.String(),
  language: LanguageField,
  signsInWith: Type.Enum(['password', 'oidc']),
  disabled: Type.Boolean({ description: 'Cannot sign in, and the API tokens do not work.' }),
  createdAt: Time,
  changedAt: Time,
  lastSignInAt: Type.Union([Time, Type.Null()]),
})

export function userJson(user: User): Static<typeof UserAnswer> {
  const { name, displayName, role, scope, language, provider, isDisabled } = user
  return {
    name,
    displayName,
    role,
    scope,
    language,
    signsInWith: provider === null ? 'password' : 'oidc',
    disabled: isDisabled,
    createdAt: timeText(user.createdAtMs),
    changedAt: timeText(user.changedAtMs),
    lastSignInAt: user.lastSignInAtMs === null ? null : timeText(user.lastSignInAtMs),
  }
}

export const ApiTokenAnswer = Type.Object({
  name: Type.String(),
  id: Type.String({ description: 'Of the token: lgp_<id>_…; no secret.' }),
  owner: Type.Union([Type.String(), Type.Null()], {
    description: 'User whose it is; null for one that was made on the machine of the gateway.',
  }),
  role: RoleField,
  scope: Type.String(),
  createdAt: Time,
  expiresAt: Time,
  lastUsedAt: Type.Union([Time, Type.Null()], { description: 'Up to an hour behind after a crash.' }),
})

export function apiTokenJson(token: ApiToken): Static<typeof ApiTokenAnswer> {
  const { name, id, owner, role, scope, createdAtMs, expiresAtMs, lastUsedAtMs } = token
  return {
    name,
    id,
    owner,
    role,
    scope,
    createdAt: timeText(createdAtMs),
    expiresAt: timeText(expiresAtMs),
    lastUsedAt: lastUsedAtMs === null ? null : timeText(lastUsedAtMs),
  }
}

/** @throws {GatewayError} LG_SIGN_IN_OFF in a server without people */
export function peopleOf({ people }: HttpViews): People {
  if (people === undefined) throw new GatewayError('LG_SIGN_IN_OFF')
  return people
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}
