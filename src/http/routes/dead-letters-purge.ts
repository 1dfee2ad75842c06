import { Type } from 'typebox'
import { readLetterCursor, writeLetterCursor } from '../letter-cursor.js'
import { LetterFilter, toLetterFilter } from '../letter-filter.js'
import { underDisk } from '../letter-removal.js'
import { invalidRequest } from '../problem.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { CursorParameter, NextCursor } from '../schema-parts.js'

/** Of one request; what is left is for the next. */
const BUDGET_MS = 5_000

export const purgeDeadLettersRoute = route(
  {
    method: 'POST',
    url: '/api/v1/dead-letters/purge',
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'dead_letters_purged' },
    summary:
      'Removes the dead letters that pass a filter for good. The ledger goes on counting them as dead-lettered.',
    params: NOTHING,
    query: Type.Object(
      { dryRun: Type.Boolean({ description: 'Removes nothing; answers what would go.', default: false }) },
      CLOSED,
    ),
    body: {
      schema: Type.Object({ filter: LetterFilter, cursor: Type.Optional(CursorParameter) }, CLOSED),
      types: [JSON_TYPE],
    },
    answer: Type.Object({
      dryRun: Type.Boolean(),
      count: Type.Integer({ minimum: 0 }),
      bytes: Type.Integer({ minimum: 0, description: 'Of their payloads.' }),
      nextCursor: NextCursor,
    }),
    errors: ['LG_DEAD_LETTERS_NOT_REMOVED'],
  },
  async ({ deadLetters, devices }, { query: { dryRun }, body: { filter, cursor } }) => {
    if (Object.keys(filter).length === 0) {
      throw invalidRequest([{ path: 'body.filter', message: 'must name what to purge, by one key at least' }])
    }
    const selected = toLetterFilter(devices, filter, 'body.filter')
    const options = { dryRun, budgetMs: BUDGET_MS, ...readLetterCursor(cursor) }
    const result = await underDisk(deadLetters.purge(selected, options))
    return { dryRun, count: result.count, bytes: result.bytes, nextCursor: writeLetterCursor(result) }
  },
)
