import { Type } from 'typebox'
import { DEFAULT_TOKEN_DAYS, MAX_TOKEN_DAYS } from '../../security/people/api-tokens.js'
import { ApiTokenAnswer, apiTokenJson, Name, peopleOf, RoleField, Scope } from '../people-json.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'

const URL = '/api/v1/api-tokens'
const ACCESS = { role: 'viewer', scope: 'tree' } as const

export const apiTokensRoute = route(
  {
    url: URL,
    access: ACCESS,
    summary: 'API tokens by name: your own; for an administrator all those whose scope lies within his.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({ tokens: Type.Array(ApiTokenAnswer) }),
    errors: ['LG_SIGN_IN_OFF'],
  },
  (views, request) => ({ tokens: peopleOf(views).tokens.list(request).map(apiTokenJson) }),
)

export const addApiTokenRoute = route(
  {
    method: 'POST',
    url: URL,
    access: ACCESS,
    audit: 'by route',
    summary:
      'Makes an API token, which may no more than the one who makes it. It is shown in this answer alone.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          name: Type.String({ description: 'Letters, digits and . _ @ -.', maxLength: 255 }),
          role: RoleField,
          scope: Type.Optional(Scope),
          days: Type.Optional(
            Type.Integer({
              description: `Until it expires; ${DEFAULT_TOKEN_DAYS} when absent.`,
              minimum: 1,
              maximum: MAX_TOKEN_DAYS,
            }),
          ),
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
    },
    answer: Type.Interface([ApiTokenAnswer], {
      token: Type.String({ description: 'To be sent as "Authorization: Bearer …".' }),
    }),
    otherStatuses: [201],
    errors: [
      'LG_API_TOKEN_INVALID',
      'LG_API_TOKEN_TAKEN',
      'LG_PEOPLE_NOT_SAVED',
      'LG_SIGN_IN_OFF',
      'LG_ACCESS_DENIED',
    ],
  },
  async (views, request) => {
    const { record, token } = await peopleOf(views).tokens.add(request.body, request)
    request.reply.code(201)
    return { ...apiTokenJson(record), token }
  },
)

export const revokeApiTokenRoute = route(
  {
    method: 'DELETE',
    url: `${URL}/:name`,
    access: ACCESS,
    audit: 'by route',
    summary: 'Revokes an API token at once: your own; an administrator any whose scope lies within his.',
    params: Name,
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: ['LG_API_TOKEN_UNKNOWN', 'LG_PEOPLE_NOT_SAVED', 'LG_SIGN_IN_OFF'],
  },
  async (views, request) => {
    await peopleOf(views).tokens.revoke(request.params.name, request)
    return request.reply.code(204).send()
  },
)
