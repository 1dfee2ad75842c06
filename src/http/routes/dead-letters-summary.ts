import { Type } from 'typebox'
import { NOTHING, route } from '../route.js'
import { Time, timeOrNull } from '../schema-parts.js'

const Count = Type.Integer({ minimum: 0 })
const Removed = Type.Object({ count: Count, bytes: Count })

export const deadLettersSummaryRoute = route(
  {
    url: '/api/v1/dead-letters/summary',
    summary: 'How many dead letters there are, by reason, and how many had to go.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({
      count: Count,
      bytes: Type.Integer({ minimum: 0, description: 'On disk.' }),
      maxBytes: Count,
      maxAgeMs: Count,
      oldest: Type.Union([Time, Type.Null()]),
      newest: Type.Union([Time, Type.Null()]),
      byReason: Type.Record(Type.String(), Count),
      held: Type.Object(
        { count: Count, bytes: Count },
        { description: 'Those that wait for a birth or a name; they are among all.' },
      ),
      removed: Type.Object(
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
            'To stay within the limits; bytes are those of payloads. Since the gateway was set up.',
        },
      ),
      purged: Type.Object({ count: Count, bytes: Count }, { description: 'By operators.' }),
    }),
    errors: [],
  },
  async ({ deadLetters }) => {
    const { limits, oldestMs, newestMs, removed, ...summary } = await deadLetters.summary()
    const { purged, ...rest } = removed
    return {
      ...summary,
      maxBytes: limits.maxBytes,
      maxAgeMs: limits.maxAgeMs,
      byReason: { ...summary.byReason },
      oldest: timeOrNull(oldestMs),
      newest: timeOrNull(newestMs),
      removed: rest,
      purged,
    }
  },
)
