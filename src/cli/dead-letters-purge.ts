import type { GatewayApi } from './api.js'
import { type ApiOptions, openApi } from './api-access.js'
import { ask } from './confirm.js'
import type { Context } from './context.js'
import { filterOf, jsonBody, LETTERS_PATH, type LetterFilterOptions } from './dead-letters-filter.js'
import { bytes, count } from './numbers.js'

export interface DeadLetterPurgeOptions extends LetterFilterOptions, ApiOptions {
  readonly dryRun?: true
  readonly yes?: true
  readonly json?: true
}

interface Purged {
  readonly count: number
  readonly bytes: number
}

interface Answer extends Purged {
  readonly nextCursor: string | null
}

/** The gateway answers earlier, with what is left to do. */
const TIMEOUT_MS = 60_000
const UNASKED = 2

/** Has letters removed for good, after the operator has seen how many. */
export async function purgeDeadLetters(options: DeadLetterPurgeOptions, context: Context): Promise<number> {
  const { texts, terminal } = context
  const words = texts.deadLetters
  const api = openApi(options, context)
  const filter = filterOf(options)
  if (options.dryRun !== true && options.yes !== true) {
    const wanted = await purge(api, filter, true)
    const answer = await ask(words.purgeAsk(count(wanted.count), bytes(wanted.bytes)), context)
    if (answer?.trim().toLowerCase() !== words.purgeYes) {
      terminal.err(`${answer === undefined ? words.purgeUnasked : words.purgeKept}\n`)
      return answer === undefined ? UNASKED : 0
    }
  }
  const purged = await purge(api, filter, options.dryRun === true)
  const say = options.dryRun ? words.wouldPurge : words.purged
  const text = options.json ? JSON.stringify(purged, null, 2) : say(count(purged.count), bytes(purged.bytes))
  terminal.out(`${text}\n`)
  return 0
}

/** Request by request, until none is left. */
async function purge(api: GatewayApi, filter: LetterFilterOptions, dryRun: boolean): Promise<Purged> {
  const sum = { count: 0, bytes: 0 }
  let cursor: string | null = null
  do {
    const answer: Answer = (await api.send<Answer>('POST', `${LETTERS_PATH}/purge`, {
      query: { dryRun: String(dryRun) },
      ...jsonBody(cursor === null ? { filter } : { filter, cursor }),
      timeoutMs: TIMEOUT_MS,
    }))!
    sum.count += answer.count
    sum.bytes += answer.bytes
    cursor = answer.nextCursor
  } while (cursor !== null)
  return sum
}
