import { Argument, Option } from 'commander'
import { ROLES, type Role } from '../core/identity.js'
import { apiTokenJson } from '../http/people-json.js'
import { administer } from './administration.js'
import { BY_LOCAL, withPeople } from './administration-people.js'
import type { ApiOptions } from './api-access.js'
import { addApiCommand, addCommand, type CommandSite, jsonOption } from './command.js'
import type { Context } from './context.js'
import { table } from './table.js'

const TOKENS_PATH = '/api/v1/api-tokens'

export interface TokenAddOptions extends ApiOptions {
  readonly role: Role
  readonly scope?: string
  readonly days?: number
}

export interface TokenListOptions extends ApiOptions {
  readonly json?: true
}

type TokenRow = ReturnType<typeof apiTokenJson>

/** Makes a token, and prints it: to standard output it alone, so that a script can keep it. */
export async function addToken(name: string, options: TokenAddOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const { role, scope, days } = options
  const input = {
    name,
    role,
    ...(scope === undefined ? {} : { scope }),
    ...(days === undefined ? {} : { days }),
  }
  const made = await administer<TokenRow & { token: string }>(options, context, {
    online: async (api) =>
      (await api.send<TokenRow & { token: string }>('POST', TOKENS_PATH, { json: input }))!,
    offline: (stopped) =>
      withPeople(stopped, async (people) => {
        const { record, token } = await people.tokens.add(input, BY_LOCAL)
        return { ...apiTokenJson(record), token }
      }),
  })
  terminal.err(`${texts.people.tokenMade(made.name, made.expiresAt)}\n`)
  terminal.out(`${made.token}\n`)
  return 0
}

export async function revokeToken(name: string, options: ApiOptions, context: Context): Promise<number> {
  await administer(options, context, {
    online: (api) => api.send('DELETE', `${TOKENS_PATH}/${encodeURIComponent(name)}`),
    offline: (stopped) => withPeople(stopped, (people) => people.tokens.revoke(name, BY_LOCAL)),
  })
  context.terminal.out(`${context.texts.people.tokenRevoked(name)}\n`)
  return 0
}

/** Prints the tokens, one a line; what they are is known to nobody any more. */
export async function listTokens(options: TokenListOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const tokens = await administer<readonly TokenRow[]>(options, context, {
    online: async (api) => (await api.get<{ tokens: TokenRow[] }>(TOKENS_PATH)).tokens,
    offline: (stopped) =>
      withPeople(stopped, async (people) => people.tokens.list(BY_LOCAL).map(apiTokenJson)),
  })
  if (options.json) terminal.out(`${JSON.stringify(tokens, null, 2)}\n`)
  else if (tokens.length === 0) terminal.out(`${texts.people.noTokens}\n`)
  else terminal.out(tokenTable(tokens, context))
  return 0
}

function tokenTable(tokens: readonly TokenRow[], { texts: { people: words } }: Context): string {
  const titles = [words.name, words.owner, words.role, words.scope, words.expires, words.lastUsed]
  const rows = tokens.map(({ name, owner, role, scope, expiresAt, lastUsedAt }) => [
    name,
    owner ?? '',
    words.roles[role],
    scope === '' ? words.wholePlant : scope,
    expiresAt,
    lastUsedAt ?? '',
  ])
  return table(
    titles.map((title) => ({ title })),
    rows,
  )
}

export function addTokensCommand(site: CommandSite): void {
  const { commands } = site.context.texts
  const parent = addCommand(site, 'tokens', commands.tokens, [
    'tokens add prometheus --role viewer',
    'tokens list',
  ])
  addAddCommand({ ...site, parent })
  addListCommand({ ...site, parent })
  addRevokeCommand({ ...site, parent })
}

function addAddCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'add', commands.tokensAdd, [
    'tokens add prometheus --role viewer',
    'tokens add grafana --role viewer --scope ningbo/moulding --days 90',
  ])
    .addArgument(new Argument('<name>', options.tokenName))
    .addOption(new Option('--role <role>', options.role).choices(ROLES).makeOptionMandatory())
    .option('--scope <path>', options.userScope)
    .addOption(new Option('--days <days>', options.days).argParser(parse.positiveInteger))
    .action(async (name: string, given: TokenAddOptions) => finish(await addToken(name, given, context)))
}

function addListCommand(site: CommandSite): void {
  const { context, finish } = site
  addApiCommand(site, 'list', context.texts.commands.tokensList, ['tokens list'])
    .addOption(jsonOption(site))
    .action(async (given: TokenListOptions) => finish(await listTokens(given, context)))
}

function addRevokeCommand(site: CommandSite): void {
  const { context, finish } = site
  const { commands, options } = context.texts
  addApiCommand(site, 'revoke', commands.tokensRevoke, ['tokens revoke grafana'])
    .addArgument(new Argument('<name>', options.tokenName))
    .action(async (name: string, given: ApiOptions) => finish(await revokeToken(name, given, context)))
}
