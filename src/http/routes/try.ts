import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import type { TrialMessage } from '../../core/trial.js'
import type { HttpViews } from '../inputs.js'
import { invalidRequest } from '../problem.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { TrialJson, toTrialJson } from '../trial-json.js'

const MAX_MESSAGES = 1_000
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

const Message = Type.Object(
  {
    topic: Type.String({ minLength: 1 }),
    payload: Type.Optional(Type.String({ description: 'Text.' })),
    base64: Type.Optional(Type.String({ description: 'Bytes, instead of payload.' })),
    clientId: Type.Optional(Type.String({ description: 'try when absent.' })),
    time: Type.Optional(Type.String({ description: 'Of arrival, RFC 3339; now when absent.' })),
  },
  CLOSED,
)

const Body = Type.Object(
  {
    config: Type.Optional(
      Type.String({
        description:
          'YAML with the sections routes, quality and sparkplug, as in a file, instead of those in force; a section that is left out stays as it is. Other sections are checked, and make no difference. Variables of the environment are not put in.',
      }),
    ),
    messages: Type.Optional(Type.Array(Message, { maxItems: MAX_MESSAGES })),
    letters: Type.Optional(
      Type.Array(Type.Integer({ minimum: 1 }), {
        description: 'Ids of dead letters whose messages are tried.',
        maxItems: MAX_MESSAGES,
      }),
    ),
    recent: Type.Optional(
      Type.Integer({
        description: 'So many of the newest messages that came in.',
        minimum: 1,
        maximum: MAX_MESSAGES,
      }),
    ),
  },
  CLOSED,
)

export const tryRoute = route(
  {
    method: 'POST',
    url: '/api/v1/try',
    access: { role: 'engineer', scope: 'plant' },
    audit: 'nothing',
    summary:
      'What would become of messages, by the configuration in force or by another one; nothing is counted or stored.',
    params: NOTHING,
    query: NOTHING,
    body: { schema: Body, types: [JSON_TYPE] },
    answer: Type.Object({ results: Type.Array(TrialJson, { description: 'In the order of the messages.' }) }),
    errors: ['LG_CONFIG_INVALID', 'LG_DEAD_LETTER_UNKNOWN', 'LG_RELOAD_UNAVAILABLE'],
  },
  (views, { body }) => {
    const { trials } = views
    if (trials === undefined) throw new GatewayError('LG_RELOAD_UNAVAILABLE')
    const { config, messages = [], letters = [], recent } = body
    const all = [
      ...messages.map((message, at) => messageOf(message, at)),
      ...letters.map((id) => letterOf(views, id)),
      ...(recent === undefined ? [] : trials.recent(recent)),
    ]
    return { results: trials.of(config).run(all).map(toTrialJson) }
  },
)

function messageOf(
  { topic, clientId = 'try', ...message }: Static<typeof Message>,
  at: number,
): TrialMessage {
  const path = `body.messages.${at}`
  return { topic, clientId, payload: payloadOf(message, path), arrivalMs: arrivalOf(message, path) }
}

function payloadOf(
  { payload = '', base64 }: Pick<Static<typeof Message>, 'payload' | 'base64'>,
  path: string,
): Buffer {
  if (base64 === undefined) return Buffer.from(payload)
  if (payload !== '') throw invalidRequest([{ path, message: 'must have either payload or base64' }])
  if (BASE64.test(base64)) return Buffer.from(base64, 'base64')
  throw invalidRequest([{ path: `${path}.base64`, message: 'is not base64' }])
}

function arrivalOf({ time }: Pick<Static<typeof Message>, 'time'>, path: string): number {
  if (time === undefined) return Date.now()
  const timeMs = RFC_3339.test(time) ? Date.parse(time) : Number.NaN
  if (!Number.isNaN(timeMs)) return timeMs
  throw invalidRequest([{ path: `${path}.time`, message: 'must be RFC 3339, such as 2026-01-31T08:00:00Z' }])
}

function letterOf({ deadLetters }: HttpViews, id: number): TrialMessage {
  const letter = deadLetters.get(id)
  if (letter === undefined || letter.kind !== 'message')
    throw new GatewayError('LG_DEAD_LETTER_UNKNOWN', { id })
  return { topic: letter.topic, payload: letter.payload, clientId: letter.clientId, arrivalMs: letter.timeMs }
}
