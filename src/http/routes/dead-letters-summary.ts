import { Type } from 'typebox'
import type { LettersSummary } from '../../spool/letters/summary.js'
import { NOTHING, route } from '../route.js'
import { Time, timeOrNull } from '../schema-parts.js'

const Count = Type.Integer({ minimum: 0 })
const Removed = Type.Object({ count: Count, bytes: Count })

export const deadLettersSummaryRoute = route(
  {
    url: '/api/v1/dead-letters/summary',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'How many dead letters there are, by reason, and how many had to go.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({
      count: Count,
      bytes: Type.Integer({
        minimum: 0,
        description: 'On disk; for whoever sees a part of the tree, of payloads.',
      }),
      maxBytes: Count,
      maxAgeMs: Count,
      oldest: Type.Union([Time, Type.Null()]),
      newest: Type.Union([Time, Type.Null()]),
      byReason: Type.Record(Type.String(), Count),
      held: Type.Object(
        { count: Count, bytes: Count },
        { description: 'Those that wait for a birth or a name; they are among all.' },
      ),
      removed: Type.Optional(
        Type.Object(
          {
            count: Count,
            bytes: Count,
            byAge: Removed,
            byBytes: Removed,
            byHeldBytes: Removed,
            byHeldPerDevice: Removed,
          },
          {
            description:
              'To stay within the limits; bytes are those of payloads. Since the gateway was set up. Absent for whoever sees a part of the tree.',
          },
        ),
      ),
      purged: Type.Optional(
        Type.Object({ count: Count, bytes: Count }, { description: 'By operators; absent like removed.' }),
      ),
    }),
    errors: [],
  },
  async ({ deadLetters }) => {
    const { limits, oldestMs, newestMs, removed, ...summary } = await deadLetters.summary()
    return {
      ...summary,
      maxBytes: limits.maxBytes,
      maxAgeMs: limits.maxAgeMs,
      byReason: { ...summary.byReason },
      oldest: timeOrNull(oldestMs),
      newest: timeOrNull(newestMs),
      ...(removed === undefined ? {} : removals(removed)),
    }
  },
)

function removals({ purged, ...removed }: NonNullable<LettersSummary['removed']>) {
  return { removed, purged }
}
