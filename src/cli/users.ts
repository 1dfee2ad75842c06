import { Argument, Option } from 'commander'
import { ROLES } from '../core/identity.js'
import type { ApiOptions } from './api-access.js'
import { addApiCommand, addCommand, type CommandSite, jsonOption } from './command.js'
import {
  addUser,
  changeUser,
  removeUser,
  setPassword,
  type UserAddOptions,
  type UserChangeOptions,
  type UserPasswordOptions,
} from './users-change.js'
import { listUsers, type UserListOptions } from './users-list.js'

const LANGUAGES = ['en', 'zh'] as const

export function addUsersCommand(site: CommandSite): void {
  const { commands } = site.context.texts
  const examples = ['users add anna --role admin', 'users list']
  const parent = addCommand(site, 'users', commands.users, examples)
  addListCommand({ ...site, parent })
  addAddCommand({ ...site, parent })
  addChangeCommand({ ...site, parent })
  addPasswordCommand({ ...site, parent })
  addRemoveCommand({ ...site, parent })
}

function addListCommand(site: CommandSite): void {
  const { context, finish } = site
  addApiCommand(site, 'list', context.texts.commands.usersList, ['users list', 'users list --json'])
    .addOption(jsonOption(site))
    .action(async (given: UserListOptions) => finish(await listUsers(given, context)))
}

function addAddCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'add', commands.usersAdd, [
    'users add anna --role admin',
    'users add li.wei --role operator --scope ningbo/moulding --language zh',
    'users add anna --role admin --password-stdin',
  ])
    .addArgument(new Argument('<name>', options.userName))
    .addOption(new Option('--role <role>', options.role).choices(ROLES).makeOptionMandatory())
    .option('--scope <path>', options.userScope)
    .option('--display-name <text>', options.displayName)
    .addOption(new Option('--language <language>', options.userLanguage).choices(LANGUAGES))
    .option('--password-stdin', options.passwordStdin)
    .action(async (name: string, given: UserAddOptions) => finish(await addUser(name, given, context)))
}

function addChangeCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'change', commands.usersChange, [
    'users change anna --role engineer',
    'users change li.wei --scope ningbo/assembly',
    'users change li.wei --disable',
  ])
    .addArgument(new Argument('<name>', options.userName))
    .addOption(new Option('--role <role>', options.role).choices(ROLES))
    .option('--scope <path>', options.userScope)
    .option('--display-name <text>', options.displayName)
    .addOption(new Option('--language <language>', options.userLanguage).choices(LANGUAGES))
    .addOption(new Option('--disable', options.disable).conflicts('enable'))
    .option('--enable', options.enable)
    .action(async (name: string, given: UserChangeOptions) => finish(await changeUser(name, given, context)))
}

function addPasswordCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'password', commands.usersPassword, [
    'users password anna',
    'users password anna --password-stdin',
  ])
    .addArgument(new Argument('<name>', options.userName))
    .option('--password-stdin', options.passwordStdin)
    .action(async (name: string, given: UserPasswordOptions) =>
      finish(await setPassword(name, given, context)),
    )
}

function addRemoveCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'remove', commands.usersRemove, ['users remove li.wei'])
    .addArgument(new Argument('<name>', options.userName))
    .action(async (name: string, given: ApiOptions) => finish(await removeUser(name, given, context)))
}
