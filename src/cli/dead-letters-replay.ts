import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { filterOf, jsonBody, LETTERS_PATH, type LetterFilterOptions } from './dead-letters-filter.js'
import { count } from './numbers.js'
import { Progress } from './progress.js'
import { table } from './table.js'

export interface DeadLetterReplayOptions extends LetterFilterOptions, ApiOptions {
  readonly all?: true
  readonly dryRun?: true
  readonly json?: true
}

interface Tried {
  readonly id: number
  readonly outcome: 'replayed' | 'refused' | 'unroutable' | 'skipped' | 'untried'
  readonly reason: string
  readonly message: string
  readonly points: readonly unknown[]
}

interface Answer {
  readonly replayed: number
  readonly refusedAgain: Readonly<Record<string, number>>
  readonly unroutable: number
  readonly skipped: number
  readonly letters?: readonly Tried[]
  readonly nextCursor: string | null
}

type Summary = Omit<Answer, 'nextCursor'>

/** The gateway answers earlier, with what is left to do. */
const TIMEOUT_MS = 60_000

/** Has the gateway replay letters, request by request, and prints what became of them. */
export async function replayDeadLetters(
  ids: readonly number[],
  options: DeadLetterReplayOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const summary = await replayAll(ids.length > 0 ? { ids } : { filter: filterOf(options) }, options, context)
  if (options.json) terminal.out(`${JSON.stringify(summary, null, 2)}\n`)
  else {
    if (options.dryRun) terminal.out(`${texts.deadLetters.dryRun}\n\n`)
    if (summary.letters?.length) terminal.out(`${triedTable(summary.letters, context)}\n`)
    terminal.out(summaryLines(summary, context))
  }
  return 0
}

async function replayAll(
  selection: object,
  options: ApiOptions & { dryRun?: boolean },
  context: Context,
): Promise<Summary> {
  const { texts, terminal } = context
  const { dryRun = false } = options
  const api = openApi(options, context)
  const progress = new Progress(terminal)
  let sum: Summary = { replayed: 0, refusedAgain: {}, unroutable: 0, skipped: 0 }
  let cursor: string | null = null
  try {
    do {
      const answer: Answer = (await api.send<Answer>('POST', `${LETTERS_PATH}/replay`, {
        query: { dryRun: String(dryRun) },
        ...jsonBody(cursor === null ? selection : { ...selection, cursor }),
        timeoutMs: TIMEOUT_MS,
      }))!
      sum = added(sum, answer)
      cursor = answer.nextCursor
      progress.update(() => texts.deadLetters.replaying(count(total(sum))))
    } while (cursor !== null)
  } finally {
    progress.end()
  }
  return sum
}

function added(sum: Summary, { nextCursor: _, ...answer }: Answer): Summary {
  const refusedAgain: Record<string, number> = { ...sum.refusedAgain }
  for (const [code, refused] of Object.entries(answer.refusedAgain)) {
    refusedAgain[code] = (refusedAgain[code] ?? 0) + refused
  }
  return {
    replayed: sum.replayed + answer.replayed,
    refusedAgain,
    unroutable: sum.unroutable + answer.unroutable,
    skipped: sum.skipped + answer.skipped,
    ...(answer.letters === undefined ? {} : { letters: [...(sum.letters ?? []), ...answer.letters] }),
  }
}

function total({ replayed, refusedAgain, unroutable, skipped }: Summary): number {
  return Object.values(refusedAgain).reduce((sum, refused) => sum + refused, replayed + unroutable + skipped)
}

function summaryLines({ replayed, refusedAgain, unroutable, skipped }: Summary, { texts }: Context): string {
  const words = texts.deadLetters
  const lines = [words.replayed(count(replayed))]
  for (const [code, refused] of Object.entries(refusedAgain))
    lines.push(words.refusedAgain(count(refused), code))
  if (unroutable > 0) lines.push(words.unroutable(count(unroutable)))
  if (skipped > 0) lines.push(words.skipped(count(skipped)))
  return lines.map((line) => `${line}\n`).join('')
}

function triedTable(letters: readonly Tried[], { texts }: Context): string {
  const words = texts.deadLetters
  const titles = [words.id, words.outcome, words.points, words.reason, words.message]
  const rows = letters.map(({ id, outcome, points, reason, message }) => [
    String(id),
    words.outcomes[outcome],
    String(points.length),
    reason,
    message,
  ])
  return table(
    titles.map((title) => ({ title })),
    rows,
  )
}
