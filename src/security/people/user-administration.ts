import type { AuditEvent, AuditTrail } from '../../core/audit.js'
import { GatewayError } from '../../core/errors.js'
import { actorOf, isWithin } from '../../core/identity.js'
import { type By, recorded } from './asker.js'
import { plainName } from './naming.js'
import type { User, UserInput, UserPatch } from './user.js'
import type { Users } from './users.js'

export interface UserAdministrationParts {
  readonly users: Users
  readonly audit: AuditTrail
  readonly now: () => number
  /** What the user may is another thing now, or nothing at all: sessions end, tokens beyond it are revoked. */
  changed(user: User, isGone: boolean): Promise<void>
}

/** What an administrator does with users. One with a scope sees and changes only those whose scope lies within his. */
export class UserAdministration {
  readonly #parts: UserAdministrationParts

  constructor(parts: UserAdministrationParts) {
    this.#parts = parts
  }

  /** By name. */
  list({ identity }: By): User[] {
    return this.#parts.users.list().filter(({ scope }) => isWithin(scope, identity.scope))
  }

  /** @throws {GatewayError} LG_USER_UNKNOWN */
  get(name: string, { identity }: By): User {
    const user = this.#parts.users.known(name)
    if (isWithin(user.scope, identity.scope)) return user
    throw new GatewayError('LG_USER_UNKNOWN', { name })
  }

  /** @throws {GatewayError} LG_ACCESS_DENIED and what `Users.add` throws */
  add(input: UserInput, by: By): Promise<User> {
    const { users, audit, now } = this.#parts
    const { name, role, scope = '' } = input
    const event = { id: 'user_added', by, target: plainName(name), details: { role, scope } } as const
    return recorded(audit, event, async () => {
      refuseOutside(scope, by)
      return users.add(input, now())
    })
  }

  /** @throws {GatewayError} LG_ACCESS_DENIED and what `Users.change` throws */
  change(name: string, patch: UserPatch, by: By): Promise<User> {
    const { users, audit, now, changed } = this.#parts
    const event = { id: 'user_changed', by, target: plainName(name), details: detailsOf(patch) } as const
    return recorded(audit, event, async () => {
      this.get(name, by)
      if (patch.scope !== undefined) refuseOutside(patch.scope, by)
      const user = await users.change(name, patch, now())
      if (concernsRights(patch)) await changed(user, false)
      return user
    })
  }

  /** @throws {GatewayError} what `Users.remove` throws */
  remove(name: string, by: By): Promise<void> {
    const { users, audit, changed } = this.#parts
    return recorded(audit, { id: 'user_removed', by, target: plainName(name) }, async () => {
      this.get(name, by)
      await changed(await users.remove(name), true)
    })
  }
}

/** @throws {GatewayError} LG_ACCESS_DENIED */
export function refuseOutside(scope: string, { identity }: By): void {
  if (isWithin(scope, identity.scope)) return
  throw new GatewayError('LG_ACCESS_DENIED', {
    actor: actorOf(identity),
    needed: `a scope that ${scope === '' ? 'the whole plant' : scope} lies within`,
  })
}

function concernsRights({ role, scope, isDisabled, password }: UserPatch): boolean {
  return [role, scope, isDisabled, password].some((value) => value !== undefined)
}

/** A password is said to be new, and no more. */
function detailsOf({ role, scope, isDisabled, password }: UserPatch): NonNullable<AuditEvent['details']> {
  return {
    ...(role === undefined ? {} : { role }),
    ...(scope === undefined ? {} : { scope }),
    ...(isDisabled === undefined ? {} : { disabled: isDisabled }),
    ...(password === undefined ? {} : { password: 'new' }),
  }
}
