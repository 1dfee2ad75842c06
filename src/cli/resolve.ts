import { Argument, Option } from 'commander'
import { GatewayError } from '../core/errors.js'
import { GatewayApi } from './api.js'
import { reach } from './api-access.js'
import { addCommand, type CommandSite, configOption, jsonOption, urlOption } from './command.js'
import type { Context } from './context.js'
import { milliseconds } from './numbers.js'
import { table } from './table.js'
import { printable } from './width.js'

export interface ResolveOptions {
  readonly url?: string
  readonly type: readonly string[]
  readonly index: readonly number[]
  /** Of identifiers.tokens. */
  readonly token?: string
  readonly apiToken?: string
  readonly config?: string
  readonly json?: true
}

interface Value {
  readonly index: number
  readonly type: string
  readonly data: { readonly format: string; readonly value: unknown }
  readonly ttl: number
  readonly timestamp: string
}

interface Answer {
  readonly responseCode: number
  readonly handle: string
  readonly message?: string
  readonly values?: readonly Value[]
}

const SUCCESS = 1
const FAILED = 1

/** Prints what an identifier stands for, one value a line. */
export async function resolve(handle: string, options: ResolveOptions, context: Context): Promise<number> {
  const { terminal, texts } = context
  const answer = await ask(handle, options, context)
  const isGood = answer.responseCode === SUCCESS
  if (options.json) terminal.out(`${JSON.stringify(answer, null, 2)}\n`)
  else if (isGood) terminal.out(valueTable(answer.values ?? [], context))
  else terminal.err(`${texts.resolve.failed(answer.responseCode)} ${printable(answer.message ?? '')}\n`)
  return isGood ? 0 : FAILED
}

async function ask(
  handle: string,
  { url: given, type, index, token, apiToken, config }: ResolveOptions,
  context: Context,
): Promise<Answer> {
  const query = new URLSearchParams()
  for (const name of type) query.append('type', name)
  for (const number of index) query.append('index', String(number))
  const path = `/api/handles/${encodeURIComponent(handle)}${query.size === 0 ? '' : `?${query}`}`
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  const asker = {
    ...(given === undefined ? {} : { url: given }),
    ...(apiToken === undefined ? {} : { token: apiToken }),
    ...(config === undefined ? {} : { config }),
  }
  const { url, access } = reach(asker, context)
  const api = new GatewayApi(url, context.signal, access)
  const answer = await api.answer<Partial<Answer>>(path, headers)
  if (isAnswer(answer)) return answer
  throw new GatewayError('LG_GATEWAY_UNREACHABLE', { url, cause: 'something else answers there' })
}

function isAnswer(answer: Partial<Answer> | null): answer is Answer {
  return typeof answer?.responseCode === 'number'
}

function valueTable(values: readonly Value[], { texts }: Context): string {
  const words = texts.resolve
  return table(
    [
      { title: words.index, align: 'right' },
      { title: words.type },
      { title: words.value },
      { title: words.ttl, align: 'right' },
      { title: words.timestamp },
    ],
    values.map(({ index, type, data, ttl, timestamp }) => [
      String(index),
      type,
      typeof data.value === 'string' ? data.value : JSON.stringify(data.value),
      milliseconds(ttl * 1_000),
      timestamp,
    ]),
  )
}

export function addResolveCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'resolve', commands.resolve, [
    'resolve 88.608.8889/87654321',
    'resolve 88.608.8889/87654321 --type URL --type LATEST.',
    'resolve 88.608.8889/87654321 --url http://10.0.0.5:8080 --json',
  ])
    .addArgument(new Argument('<identifier>', options.identifier))
    .addOption(urlOption(site))
    .addOption(new Option('--api-token <token>', options.apiToken).env('LINEGATE_TOKEN'))
    .addOption(configOption(site))
    .addOption(
      new Option('--type <type>', options.valueType)
        .argParser((type: string, others: readonly string[]) => [...others, type])
        .default([], ''),
    )
    .addOption(
      new Option('--index <index>', options.valueIndex)
        .argParser((index: string, others: readonly number[]) => [...others, parse.positiveInteger(index)])
        .default([], ''),
    )
    .addOption(new Option('--token <token>', options.identifierToken).env('LINEGATE_IDENTIFIERS_TOKEN'))
    .addOption(jsonOption(site))
    .action(async (identifier: string, given: ResolveOptions) =>
      finish(await resolve(identifier, given, context)),
    )
}
