import { type ApiOptions, openApi } from './api-access.js'
import type { Context } from './context.js'
import { LETTERS_PATH } from './dead-letters-filter.js'
import { bytes, count } from './numbers.js'
import { table } from './table.js'

export interface DeadLetterSummaryOptions extends ApiOptions {
  readonly json?: true
}

interface Counted {
  readonly count: number
  readonly bytes: number
}

interface Answer extends Counted {
  readonly maxBytes: number
  readonly oldest: string | null
  readonly newest: string | null
  readonly byReason: Readonly<Record<string, number>>
  readonly held: Counted
  readonly removed: Counted &
    Readonly<Record<'byAge' | 'byBytes' | 'byHeldBytes' | 'byHeldPerDevice', Counted>>
  readonly purged: Counted
}

const CAUSES = ['byAge', 'byBytes', 'byHeldBytes', 'byHeldPerDevice'] as const

/** Prints how many letters there are, and how many had to go. */
export async function summariseDeadLetters(
  options: DeadLetterSummaryOptions,
  context: Context,
): Promise<number> {
  const { texts, terminal } = context
  const answer = await openApi(options, context).get<Answer>(`${LETTERS_PATH}/summary`)
  if (options.json) {
    terminal.out(`${JSON.stringify(answer, null, 2)}\n`)
    return 0
  }
  const words = texts.deadLetters
  const sized = ({ count: letters, bytes: size }: Counted) =>
    words.lettersAndBytes(count(letters), bytes(size))
  const rows = [
    [words.count, count(answer.count)],
    [words.onDisk, `${bytes(answer.bytes)} / ${bytes(answer.maxBytes)}`],
    [words.oldest, answer.oldest ?? '–'],
    [words.newest, answer.newest ?? '–'],
    ...Object.entries(answer.byReason).map(([code, letters]) => [code, count(letters)]),
    [words.held, sized(answer.held)],
    [words.removed, sized(answer.removed)],
    ...CAUSES.filter((cause) => answer.removed[cause].count > 0).map((cause) => [
      `  ${words.removedBy[cause]}`,
      sized(answer.removed[cause]),
    ]),
    [words.purgedCount, sized(answer.purged)],
  ]
  terminal.out(table([{ title: texts.deadLetters.title }, { title: '' }], rows))
  return 0
}
