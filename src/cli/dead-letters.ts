import { Argument, Option } from 'commander'
import { GatewayApi } from './api.js'
import { addCommand, type CommandSite, jsonOption, urlOption } from './command.js'
import type { Context } from './context.js'
import { count } from './numbers.js'
import { table } from './table.js'
import { displayWidth, fit, printable } from './width.js'

export interface DeadLetterListOptions {
  readonly url: string
  readonly device?: string
  readonly reason?: string
  readonly topic?: string
  readonly limit: number
  readonly json?: true
}

export interface DeadLetterShowOptions {
  readonly url: string
  readonly json?: true
}

interface Letter {
  readonly id: number
  readonly kind: 'message' | 'line'
  readonly time: string
  readonly device: string
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly clientId: string
  readonly sink: string
  readonly reason: { readonly code: string; readonly message: string }
  readonly payload: { readonly encoding: 'utf8' | 'base64'; readonly text: string }
}

interface Page {
  readonly items: readonly Letter[]
  readonly nextCursor?: string | null
}

const PATH = '/api/v1/dead-letters'
const PAGE_SIZE = 100
const SHORTEST_REASON = 20

/** Prints the newest dead letters, one a line. */
export async function listDeadLetters(options: DeadLetterListOptions, context: Context): Promise<number> {
  const { texts, terminal, signal } = context
  const { items, more } = await fetchLetters(new GatewayApi(options.url, signal), options)
  if (options.json) terminal.out(`${JSON.stringify(items, null, 2)}\n`)
  else if (items.length === 0) terminal.out(`${texts.deadLetters.none}\n`)
  else terminal.out(letterTable(items, context))
  if (more && !options.json) terminal.err(`${texts.deadLetters.more(count(items.length))}\n`)
  return 0
}

async function fetchLetters(
  api: GatewayApi,
  { device, reason, topic, limit }: DeadLetterListOptions,
): Promise<{ items: Letter[]; more: boolean }> {
  const items: Letter[] = []
  let cursor: string | undefined
  while (items.length < limit) {
    const wanted = Math.min(PAGE_SIZE, limit - items.length)
    const page = await api.get<Page>(PATH, { device, reason, topic, limit: wanted, cursor })
    items.push(...page.items)
    if (!page.nextCursor) return { items, more: false }
    cursor = page.nextCursor
  }
  return { items, more: true }
}

/** The reason is cut to what is left of the line on a terminal, and whole elsewhere. */
function letterTable(letters: readonly Letter[], { texts, terminal }: Context): string {
  const words = texts.deadLetters
  const rows = letters.map(({ id, time, device, topic, sink, reason }) => [
    String(id),
    time,
    device === '' ? topic : device,
    sink,
    reason.code,
    printable(reason.message),
  ])
  const titles = [words.id, words.time, words.source, words.sink, words.reason, words.message]
  const used = Math.max(...[titles, ...rows].map((row) => displayWidth(row.slice(0, -1).join('  ')))) + 2
  const room = Math.max(SHORTEST_REASON, terminal.columns - used)
  const fitted = rows.map((row) => [
    ...row.slice(0, -1),
    terminal.outIsTty ? fit(row.at(-1)!, room) : row.at(-1)!,
  ])
  return table(
    titles.map((title) => ({ title })),
    fitted,
  )
}

/** Prints all of one dead letter. */
export async function showDeadLetter(
  id: number,
  options: DeadLetterShowOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal, signal } = context
  const letter = await new GatewayApi(options.url, signal).get<Letter>(`${PATH}/${id}`)
  if (options.json) {
    terminal.out(`${JSON.stringify(letter, null, 2)}\n`)
    return 0
  }
  const words = texts.deadLetters
  const facts: (readonly [string, string])[] = [
    [words.id, String(letter.id)],
    [words.time, letter.time],
    [words.kind, words.kinds[letter.kind]],
    [words.device, letter.device],
    [words.topic, letter.topic],
    ['QoS', String(letter.qos)],
    [words.client, letter.clientId],
    [words.sink, letter.sink],
    [words.reason, `${letter.reason.code}: ${letter.reason.message}`],
    [words.payload, words.encodings[letter.payload.encoding]],
  ]
  const shown = facts.filter(([, value]) => value !== '')
  const width = Math.max(...shown.map(([name]) => displayWidth(name)))
  const lines = shown.map(([name, value]) => {
    return `${name}${' '.repeat(width - displayWidth(name))}  ${printable(value)}\n`
  })
  const payload = letter.payload.text.split('\n').map(printable).join('\n')
  terminal.out(`${lines.join('')}\n${payload}\n`)
  return 0
}

const DEFAULT_LIMIT = 50

export function addDeadLettersCommand(site: CommandSite): void {
  const { commands } = site.context.texts
  const examples = ['dead-letters list', 'dead-letters show 17']
  const parent = addCommand(site, 'dead-letters', commands.deadLetters, examples)
  addListCommand({ ...site, parent })
  addShowCommand({ ...site, parent })
}

function addListCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'list', commands.deadLettersList, [
    'dead-letters list',
    'dead-letters list --device imm-01 --limit 10',
    'dead-letters list --reason malformed --json',
  ])
    .addOption(urlOption(site))
    .option('--device <device>', options.device)
    .option('--reason <code>', options.reason)
    .option('--topic <topic>', options.letterTopic)
    .addOption(
      new Option('--limit <count>', options.limit).argParser(parse.positiveInteger).default(DEFAULT_LIMIT),
    )
    .addOption(jsonOption(site))
    .action(async (given: DeadLetterListOptions) => finish(await listDeadLetters(given, context)))
}

function addShowCommand(site: CommandSite): void {
  const { context, parse, finish } = site
  const { commands, options } = context.texts
  addCommand(site, 'show', commands.deadLettersShow, ['dead-letters show 17', 'dead-letters show 17 --json'])
    .addArgument(new Argument('<id>', options.letterId).argParser(parse.positiveInteger))
    .addOption(urlOption(site))
    .addOption(jsonOption(site))
    .action(async (id: number, given: DeadLetterShowOptions) =>
      finish(await showDeadLetter(id, given, context)),
    )
}
