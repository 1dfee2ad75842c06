import { Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { LetterJson, toLetterJson } from '../letter-json.js'
import { CLOSED, NOTHING, route } from '../route.js'

export const deadLetterRoute = route(
  {
    url: '/api/v1/dead-letters/:id',
    summary: 'One dead letter with its whole payload.',
    params: Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }, CLOSED),
    query: NOTHING,
    answer: LetterJson,
    errors: ['LG_DEAD_LETTER_UNKNOWN'],
  },
  ({ deadLetters }, { params: { id } }) => {
    const letter = deadLetters.get(id)
    if (letter === undefined) throw new GatewayError('LG_DEAD_LETTER_UNKNOWN', { id })
    return toLetterJson(letter)
  },
)
