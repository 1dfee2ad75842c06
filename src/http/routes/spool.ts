import { Type } from 'typebox'
import { NOTHING, route } from '../route.js'
import { SinkLine } from '../schema-parts.js'

const Count = Type.Integer({ minimum: 0 })

export const spoolRoute = route(
  {
    url: '/api/v1/spool',
    access: { role: 'viewer', scope: 'plant' },
    summary: 'What is on disk and not yet stored by every sink.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({
      spoolId: Type.String(),
      firstSequence: Count,
      lastSequence: Count,
      blocks: Count,
      bytes: Type.Integer({ minimum: 0, description: 'Of the blocks on disk.' }),
      unflushedBytes: Type.Integer({ minimum: 0, description: 'Accepted and on the way to the disk.' }),
      state: Type.Enum(['ok', 'full', 'failing'], {
        description:
          'full: at spool.maxBytes, acknowledgements wait. failing: the disk takes nothing, they wait.',
      }),
      pendingPoints: Type.Integer({ minimum: 0, description: 'That the primary sink has not settled.' }),
      sinks: Type.Array(SinkLine),
    }),
    errors: [],
  },
  ({ spoolStatus, ledger, sinks }) => ({
    ...spoolStatus(),
    pendingPoints: ledger.totals().points.pending,
    sinks: [...sinks.statuses()],
  }),
)
