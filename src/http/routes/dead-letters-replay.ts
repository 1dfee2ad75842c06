import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import type { LetterSelection, ReplayOptions, ReplaySummary, TriedLetter } from '../../core/replay.js'
import type { HttpViews } from '../inputs.js'
import { readLetterCursor, writeLetterCursor } from '../letter-cursor.js'
import { LetterFilter, toLetterFilter } from '../letter-filter.js'
import { invalidRequest } from '../problem.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { CursorParameter, limitParameter, NextCursor } from '../schema-parts.js'

/** Of one request; what is left is for the next. */
const BUDGET_MS = 5_000
const MAX_IDS = 10_000
/** Letters of a dry run, whose answer holds all their points. */
const MAX_TRIED = 100

const Count = Type.Integer({ minimum: 0 })

const Body = Type.Object(
  {
    ids: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }), { maxItems: MAX_IDS }),
    ),
    filter: Type.Optional(LetterFilter),
    limit: Type.Optional(limitParameter(MAX_IDS, MAX_IDS)),
    cursor: Type.Optional(CursorParameter),
  },
  { ...CLOSED, description: 'Either ids, or a filter; one without keys is for all letters.' },
)

const Point = Type.Object({
  device: Type.String(),
  measurement: Type.String(),
  tags: Type.Record(Type.String(), Type.String()),
  fields: Type.Array(
    Type.Object({
      name: Type.String(),
      type: Type.Enum(['float', 'integer', 'boolean', 'string']),
      text: Type.String(),
    }),
  ),
  timeNs: Type.String({ description: 'Nanoseconds since the epoch.' }),
  timeFrom: Type.Enum(['device', 'arrival']),
  outcome: Type.Enum(['stored', 'filtered', 'deadLettered']),
  reason: Type.String(),
  message: Type.String(),
  notes: Type.Array(Type.String()),
})

const Tried = Type.Object({
  id: Type.Integer(),
  kind: Type.Enum(['message', 'line']),
  outcome: Type.Enum(['replayed', 'refused', 'unroutable', 'skipped', 'untried'], {
    description: 'untried: a line, which only a replay itself can judge.',
  }),
  reason: Type.String({ description: 'Code, where it would be refused again; else empty.' }),
  message: Type.String(),
  points: Type.Array(Point),
})

export const replayDeadLettersRoute = route(
  {
    method: 'POST',
    url: '/api/v1/dead-letters/replay',
    access: { role: 'operator', scope: 'tree' },
    audit: { event: 'dead_letters_replayed' },
    summary:
      'Takes dead letters in again by the present configuration, oldest first; answers after 5 s at the latest.',
    params: NOTHING,
    query: Type.Object(
      {
        dryRun: Type.Boolean({
          description: 'Changes nothing; answers what would become of each letter, of 100 at the most.',
          default: false,
        }),
      },
      CLOSED,
    ),
    body: { schema: Body, types: [JSON_TYPE] },
    answer: Type.Object({
      dryRun: Type.Boolean(),
      replayed: Type.Integer({ minimum: 0, description: 'Now decoded; in a dry run, that would be.' }),
      refusedAgain: Type.Record(Type.String(), Count, { description: 'By code of the reason; they stay.' }),
      unroutable: Type.Integer({ minimum: 0, description: 'No route takes their topic; they stay.' }),
      skipped: Type.Integer({
        minimum: 0,
        description: 'They hold nothing to replay, or are being replayed, or are gone.',
      }),
      letters: Type.Optional(Type.Array(Tried, { description: 'Of a dry run.' })),
      nextCursor: NextCursor,
    }),
    errors: ['LG_REPLAY_UNAVAILABLE'],
  },
  async (views, { query: { dryRun }, body }) => {
    const { replaying, trial } = replayOf(views)
    const selection = toSelection(views, body)
    const options: ReplayOptions = { limit: body.limit ?? MAX_IDS, budgetMs: BUDGET_MS }
    if (!dryRun) return toAnswer(await replaying.run(selection, options), dryRun)
    const few = { ...options, limit: Math.min(MAX_TRIED, body.limit ?? MAX_TRIED) }
    const summary = await replaying.dryRun(selection, trial(), few)
    return { ...toAnswer(summary, dryRun), letters: summary.letters.map(toTried) }
  },
)

function replayOf({ replay }: HttpViews): NonNullable<HttpViews['replay']> {
  if (replay === undefined) throw new GatewayError('LG_REPLAY_UNAVAILABLE')
  return replay
}

function toSelection({ devices }: HttpViews, { ids, filter, cursor }: Static<typeof Body>): LetterSelection {
  const place = readLetterCursor(cursor)
  if (ids !== undefined && filter === undefined) return { ids, ...place }
  if (ids !== undefined || filter === undefined) {
    throw invalidRequest([{ path: 'body', message: 'must have either ids or a filter' }])
  }
  return { filter: toLetterFilter(devices, filter, 'body.filter'), ...place }
}

function toAnswer(summary: ReplaySummary, dryRun: boolean) {
  const { replayed, refusedAgain, unroutable, skipped } = summary
  const nextCursor = writeLetterCursor(summary)
  return { dryRun, replayed, refusedAgain: { ...refusedAgain }, unroutable, skipped, nextCursor }
}

function toTried({ points, ...letter }: TriedLetter): Static<typeof Tried> {
  return {
    ...letter,
    points: points.map((point) => ({
      ...point,
      tags: { ...point.tags },
      fields: [...point.fields],
      notes: [...point.notes],
    })),
  }
}
