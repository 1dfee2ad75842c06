import { Type } from 'typebox'
import { readCursor, writeCursor } from '../cursor.js'
import { LetterFilterParameters, toLetterFilter } from '../letter-filter.js'
import { LetterJson } from '../letter-json.js'
import { readLetterPage } from '../letter-page.js'
import { CLOSED, NOTHING, route } from '../route.js'
import { CursorParameter, limitParameter, NextCursor } from '../schema-parts.js'

export const deadLettersRoute = route(
  {
    url: '/api/v1/dead-letters',
    access: { role: 'viewer', scope: 'tree' },
    summary: 'What could not be decoded or stored, newest first; payloads cut to 1 KiB.',
    params: NOTHING,
    query: Type.Object(
      {
        ...LetterFilterParameters,
        limit: limitParameter(50, 500),
        cursor: Type.Optional(CursorParameter),
      },
      CLOSED,
    ),
    answer: Type.Object({ items: Type.Array(LetterJson), nextCursor: NextCursor }),
    errors: ['LG_REQUEST_TOOK_TOO_LONG'],
  },
  async ({ deadLetters, devices }, { query }) => {
    const { limit, cursor, ...filter } = query
    const beforeId = cursor === undefined ? deadLetters.lastId + 1 : readCursor('letter', cursor)
    const page = await readLetterPage(deadLetters, toLetterFilter(devices, filter, 'query'), beforeId, limit)
    return {
      items: page.items,
      nextCursor: page.beforeId === undefined ? null : writeCursor('letter', page.beforeId),
    }
  },
)
