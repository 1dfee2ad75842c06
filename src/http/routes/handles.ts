import { Type } from 'typebox'
import { httpStatusOf, ResponseCode } from '../../devices/identifiers/answer.js'
import { HOPS_HEADER } from '../../devices/identifiers/hops.js'
import { handleAuthorization, identifiersOf, listHeader } from '../identifiers.js'
import { CLOSED, route } from '../route.js'

const MAX_ASKED_FOR = 100

const Index = Type.Integer({ minimum: 0, maximum: 2 ** 32 - 1 })
const ValueType = Type.String({ minLength: 1, maxLength: 255 })

const Value = Type.Object({
  index: Index,
  type: Type.String(),
  data: Type.Object({
    format: Type.String({ description: 'string in the records of this gateway; others have more.' }),
    value: Type.Unknown(),
  }),
  ttl: Type.Integer({ minimum: 0, description: 'Seconds.' }),
  timestamp: Type.String({ description: 'When it last changed, RFC 3339.' }),
})

const Answer = Type.Object({
  responseCode: Type.Integer({
    description:
      '1 ok, 2 the resolver of the prefix failed, 3 busy, 6 a loop of referrals, 100 not found, 102 not an identifier, 200 no such values, 301–303 not responsible, 401–403 not permitted.',
  }),
  handle: Type.String({ description: 'As it was asked for.' }),
  message: Type.Optional(Type.String({ description: 'With what went wrong, and what to do.' })),
  values: Type.Optional(Type.Array(Value)),
})

const Query = Type.Object(
  {
    type: Type.Optional(
      Type.Union([ValueType, Type.Array(ValueType, { maxItems: MAX_ASKED_FOR })], {
        description: 'Only values of this type; with a period at its end, of all types below it. Repeatable.',
      }),
    ),
    index: Type.Optional(
      Type.Union([Index, Type.Array(Index, { maxItems: MAX_ASKED_FOR })], {
        description: 'Only the value of this index. Repeatable; values of a type asked for are given too.',
      }),
    ),
    auth: Type.Optional(
      Type.Boolean({ description: 'true: ask other resolvers, whatever they answered before.' }),
    ),
    publicOnly: Type.Optional(
      Type.Boolean({
        description: 'false: private values too, which needs a token. true with a token: leave them out.',
      }),
    ),
  },
  CLOSED,
)

/** The HTTP interface of Handle servers as far as it reads. */
export const handlesRoute = route(
  {
    url: '/api/handles/*',
    access: { role: 'viewer', scope: 'tree' },
    wildcard: 'handle',
    summary: 'What an identifier stands for. Every answer has this form, also those that are no success.',
    params: Type.Object({
      '*': Type.String({ description: 'The identifier; its slash may be written / or %2F.' }),
    }),
    query: Query,
    headers: {
      authorization: 'Bearer and a token of identifiers.tokens, for private values.',
      [HOPS_HEADER]: 'The gateways that the question came through; they add themselves.',
    },
    answer: Answer,
    otherStatuses: [400, 401, 403, 404, 502, 503, 508],
    errors: [],
  },
  async (views, { params, query, headers, reply, origin }) => {
    const { values, ...answer } = await identifiersOf(views, reply.request).resolve({
      handle: params['*'],
      selection: { types: [query.type ?? []].flat(), indexes: [query.index ?? []].flat() },
      authorization: handleAuthorization(headers),
      hops: listHeader(headers, HOPS_HEADER),
      publicOnly: query.publicOnly,
      fresh: query.auth ?? false,
      origin,
    })
    if (answer.responseCode === ResponseCode.authenticationNeeded) reply.header('www-authenticate', 'Bearer')
    reply.code(httpStatusOf(answer))
    return { ...answer, ...(values === undefined ? {} : { values: [...values] }) }
  },
)
