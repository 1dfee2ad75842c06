import { userJson } from '../http/people-json.js'
import { administer } from './administration.js'
import { BY_LOCAL, withPeople } from './administration-people.js'
import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { table } from './table.js'
import { USERS_PATH } from './users-change.js'

export interface UserListOptions extends ApiOptions {
  readonly json?: true
}

type UserRow = ReturnType<typeof userJson>

/** Prints who may sign in, one a line. */
export async function listUsers(options: UserListOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const users = await administer<readonly UserRow[]>(options, context, {
    online: async (api) => (await api.get<{ users: UserRow[] }>(USERS_PATH)).users,
    offline: (stopped) => withPeople(stopped, async (people) => people.users.list(BY_LOCAL).map(userJson)),
  })
  if (options.json) terminal.out(`${JSON.stringify(users, null, 2)}\n`)
  else if (users.length === 0) terminal.out(`${texts.people.noUsers}\n`)
  else terminal.out(userTable(users, context))
  return 0
}

function userTable(users: readonly UserRow[], { texts: { people: words } }: Context): string {
  const titles = [words.name, words.displayName, words.role, words.scope, words.state, words.lastSignIn]
  const rows = users.map(({ name, displayName, role, scope, disabled, signsInWith, lastSignInAt }) => [
    name,
    displayName,
    words.roles[role],
    scope === '' ? words.wholePlant : scope,
    disabled ? words.disabled : words.signsInWith[signsInWith],
    lastSignInAt ?? '',
  ])
  return table(
    titles.map((title) => ({ title })),
    rows,
  )
}
