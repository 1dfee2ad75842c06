import { Type } from 'typebox'
import { enrolmentAnswer } from '../../security/credentials/answers.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { limitParameter, Time } from '../schema-parts.js'
import { Attributes, enrolmentOf, inWordsOfBody } from './credentials-parts.js'

const URL = '/api/v1/enrolment-codes'
const ADMIN = { role: 'admin', scope: 'plant' } as const

const Name = Type.String({
  description: 'Of the credential that it makes; {name} in it stands for what the device calls itself.',
  examples: ['imm-01', 'line1-{name}'],
})
const Place = Type.String({
  description: 'Place of the device, likewise.',
  examples: ['ningbo/moulding/line1/{name}'],
})

const CodeFields = {
  id: Type.String({ description: 'The part of the code that is no secret.' }),
  state: Type.Enum(['open', 'used', 'expired']),
  name: Name,
  profile: Type.String(),
  place: Type.Union([Place, Type.Null()]),
  attributes: Attributes,
  uses: Type.Integer({ description: 'How many devices it is for.', minimum: 1 }),
  used: Type.Integer({ description: 'How many have used it.', minimum: 0 }),
  createdAt: Time,
  expiresAt: Time,
}

export const enrolmentCodesRoute = route(
  {
    url: URL,
    access: ADMIN,
    summary: 'Enrolment codes, the newest first; those that are over are listed for a month.',
    params: NOTHING,
    query: Type.Object({ limit: limitParameter(100, 1_000) }, CLOSED),
    answer: Type.Object({
      codes: Type.Array(Type.Object(CodeFields)),
      total: Type.Integer({ description: 'Of all, on this page or not.', minimum: 0 }),
    }),
    errors: ['LG_CREDENTIALS_UNAVAILABLE'],
  },
  (views, { query: { limit } }) => {
    const codes = enrolmentOf(views).list()
    const nowMs = Date.now()
    return {
      codes: codes.slice(0, limit).map((code) => enrolmentAnswer(code, nowMs)),
      total: codes.length,
    }
  },
)

export const addEnrolmentCodeRoute = route(
  {
    method: 'POST',
    url: URL,
    access: ADMIN,
    audit: { event: 'enrolment_code_made' },
    summary: 'Makes a code that a device turns into a token of its own. The code is in this answer alone.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          name: Type.Optional(Name),
          profile: Type.Optional(Type.String({ description: 'Of mqtt.profiles; device without it.' })),
          place: Type.Optional(Place),
          attributes: Type.Optional(Attributes),
          uses: Type.Optional(Type.Integer({ description: 'Of how many devices; 1 without it.' })),
          validMs: Type.Optional(Type.Integer({ description: 'How long it is good; 24 hours without it.' })),
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
    },
    answer: Type.Object({
      ...CodeFields,
      code: Type.String({ description: 'The code itself: in this answer alone.' }),
    }),
    otherStatuses: [201],
    errors: ['LG_CREDENTIAL_NOT_SAVED', 'LG_CREDENTIALS_UNAVAILABLE'],
  },
  async (views, { body, reply, note }) => {
    const { code, text } = await inWordsOfBody(enrolmentOf(views).make(body))
    const { name, profile, place = '' } = code.terms
    note({ target: code.id, details: { name, profile, place, uses: code.uses } })
    reply.code(201)
    return { ...enrolmentAnswer(code, Date.now()), code: text }
  },
)

export const deleteEnrolmentCodeRoute = route(
  {
    method: 'DELETE',
    url: `${URL}/:id`,
    access: ADMIN,
    audit: { event: 'credential_changed', target: 'id' },
    summary: 'Makes a code void. Devices that have used it keep their tokens.',
    params: Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }, CLOSED),
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: ['LG_ENROLMENT_CODE_UNKNOWN', 'LG_CREDENTIAL_NOT_SAVED', 'LG_CREDENTIALS_UNAVAILABLE'],
  },
  async (views, { params: { id }, reply, note }) => {
    note({ details: { enrolmentCode: 'removed' } })
    await enrolmentOf(views).remove(id)
    return reply.code(204).send()
  },
)
