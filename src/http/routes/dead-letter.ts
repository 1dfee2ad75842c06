import { Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { toWholeLetterJson, WholeLetterJson } from '../letter-json.js'
import { underDisk } from '../letter-removal.js'
import { CLOSED, NOTHING, route } from '../route.js'

const URL = '/api/v1/dead-letters/:id'
const Id = Type.Object({ id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) }, CLOSED)

export const deadLetterRoute = route(
  {
    url: URL,
    access: { role: 'viewer', scope: 'tree' },
    summary: 'One dead letter with its whole payload.',
    params: Id,
    query: NOTHING,
    answer: WholeLetterJson,
    errors: ['LG_DEAD_LETTER_UNKNOWN'],
  },
  ({ deadLetters }, { params: { id } }) => {
    const letter = deadLetters.get(id)
    if (letter === undefined) throw new GatewayError('LG_DEAD_LETTER_UNKNOWN', { id })
    return toWholeLetterJson(letter)
  },
)

export const deleteDeadLetterRoute = route(
  {
    method: 'DELETE',
    url: URL,
    access: { role: 'engineer', scope: 'tree' },
    audit: { event: 'dead_letters_purged', target: 'id' },
    summary: 'Removes one dead letter for good. The ledger goes on counting it as dead-lettered.',
    params: Id,
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: ['LG_DEAD_LETTER_UNKNOWN', 'LG_DEAD_LETTERS_NOT_REMOVED'],
  },
  async ({ deadLetters }, { params: { id }, reply }) => {
    if (await underDisk(deadLetters.discard(id))) return reply.code(204).send()
    throw new GatewayError('LG_DEAD_LETTER_UNKNOWN', { id })
  },
)
