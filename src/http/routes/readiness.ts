import { Type } from 'typebox'
import { NOTHING, route } from '../route.js'

export const readinessRoute = route(
  {
    url: '/readyz',
    access: 'anyone',
    summary: '200 while messages are accepted, 503 before and after.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({ status: Type.Enum(['ready', 'not ready']) }),
    otherStatuses: [503],
    errors: [],
  },
  ({ isReady }, { reply }) => {
    if (isReady()) return { status: 'ready' as const }
    reply.code(503)
    return { status: 'not ready' as const }
  },
)
