import { Type } from 'typebox'
import { NOTHING, route } from '../route.js'

export const healthRoute = route(
  {
    url: '/healthz',
    access: 'anyone',
    summary: '200 while the process lives.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({ status: Type.Literal('ok') }),
    errors: [],
  },
  () => ({ status: 'ok' as const }),
)
