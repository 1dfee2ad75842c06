import type { Role } from '../core/identity.js'
import type { Language } from '../security/people/user.js'
import { administer } from './administration.js'
import { BY_LOCAL, withPeople } from './administration-people.js'
import type { ApiOptions } from './api-access.js'
import type { Context } from './context.js'
import { newPassword, type PasswordOptions } from './password.js'

export const USERS_PATH = '/api/v1/users'

interface UserOptions extends ApiOptions {
  readonly scope?: string
  readonly displayName?: string
  readonly language?: Language
}

export interface UserAddOptions extends UserOptions, PasswordOptions {
  readonly role: Role
}

export interface UserChangeOptions extends UserOptions {
  readonly role?: Role
  readonly disable?: true
  readonly enable?: true
}

export interface UserPasswordOptions extends ApiOptions, PasswordOptions {}

export async function addUser(name: string, options: UserAddOptions, context: Context): Promise<number> {
  const input = {
    name,
    role: options.role,
    ...statedOf(options),
    password: await newPassword(options, context),
  }
  await administer(options, context, {
    online: (api) => api.send('POST', USERS_PATH, { json: input }),
    offline: (stopped) => withPeople(stopped, (people) => people.users.add(input, BY_LOCAL)),
  })
  const { texts, terminal } = context
  terminal.out(`${texts.people.userAdded(name, options.role, options.scope ?? '')}\n`)
  return 0
}

export async function changeUser(
  name: string,
  options: UserChangeOptions,
  context: Context,
): Promise<number> {
  const { role, disable, enable } = options
  const isDisabled = disable === true ? true : enable === true ? false : undefined
  const stated = { ...statedOf(options), ...(role === undefined ? {} : { role }) }
  const json = isDisabled === undefined ? stated : { ...stated, disabled: isDisabled }
  const patch = isDisabled === undefined ? stated : { ...stated, isDisabled }
  await administer(options, context, {
    online: (api) => api.send('PATCH', pathOf(name), { json }),
    offline: (stopped) => withPeople(stopped, (people) => people.users.change(name, patch, BY_LOCAL)),
  })
  context.terminal.out(`${context.texts.people.userChanged(name)}\n`)
  return 0
}

export async function setPassword(
  name: string,
  options: UserPasswordOptions,
  context: Context,
): Promise<number> {
  const patch = { password: await newPassword(options, context) }
  await administer(options, context, {
    online: (api) => api.send('PATCH', pathOf(name), { json: patch }),
    offline: (stopped) => withPeople(stopped, (people) => people.users.change(name, patch, BY_LOCAL)),
  })
  context.terminal.out(`${context.texts.people.passwordSet(name)}\n`)
  return 0
}

export async function removeUser(name: string, options: ApiOptions, context: Context): Promise<number> {
  await administer(options, context, {
    online: (api) => api.send('DELETE', pathOf(name)),
    offline: (stopped) => withPeople(stopped, (people) => people.users.remove(name, BY_LOCAL)),
  })
  context.terminal.out(`${context.texts.people.userRemoved(name)}\n`)
  return 0
}

function statedOf({ scope, displayName, language }: UserOptions) {
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(displayName === undefined ? {} : { displayName }),
    ...(language === undefined ? {} : { language }),
  }
}

function pathOf(name: string): string {
  return `${USERS_PATH}/${encodeURIComponent(name)}`
}
