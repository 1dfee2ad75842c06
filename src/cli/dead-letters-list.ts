import type { GatewayApi } from './api.js'
import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { filterOf, LETTERS_PATH, type LetterFilterOptions } from './dead-letters-filter.js'
import { count } from './numbers.js'
import { table } from './table.js'
import { displayWidth, fit, printable } from './width.js'

export interface DeadLetterListOptions extends LetterFilterOptions, ApiOptions {
  readonly limit: number
  readonly json?: true
}

export interface Letter {
  readonly id: number
  readonly kind: 'message' | 'line'
  readonly time: string
  readonly device: string
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly clientId: string
  readonly sink: string
  readonly reason: { readonly code: string; readonly message: string }
}

interface Page {
  readonly items: readonly Letter[]
  readonly nextCursor?: string | null
}

const PAGE_SIZE = 100
const SHORTEST_REASON = 20

/** Prints the newest dead letters, one a line. */
export async function listDeadLetters(options: DeadLetterListOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const { items, more } = await fetchLetters(openApi(options, context), options)
  if (options.json) terminal.out(`${JSON.stringify(items, null, 2)}\n`)
  else if (items.length === 0) terminal.out(`${texts.deadLetters.none}\n`)
  else terminal.out(letterTable(items, context))
  if (more && !options.json) terminal.err(`${texts.deadLetters.more(count(items.length))}\n`)
  return 0
}

async function fetchLetters(
  api: GatewayApi,
  options: DeadLetterListOptions,
): Promise<{ items: Letter[]; more: boolean }> {
  const { limit } = options
  const items: Letter[] = []
  let cursor: string | undefined
  while (items.length < limit) {
    const wanted = Math.min(PAGE_SIZE, limit - items.length)
    const page = await api.get<Page>(LETTERS_PATH, { ...filterOf(options), limit: wanted, cursor })
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
