import { Type } from 'typebox'
import {
  DisplayName,
  LanguageField,
  Name,
  Password,
  peopleOf,
  RoleField,
  Scope,
  UserAnswer,
  userJson,
} from '../people-json.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'

const URL = '/api/v1/users'
const ACCESS = { role: 'admin', scope: 'tree' } as const

export const usersRoute = route(
  {
    url: URL,
    access: ACCESS,
    summary: 'The people who may sign in, by name; for an administrator with a scope, those within it.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Object({ users: Type.Array(UserAnswer) }),
    errors: ['LG_SIGN_IN_OFF'],
  },
  (views, request) => ({ users: peopleOf(views).users.list(request).map(userJson) }),
)

export const userRoute = route(
  {
    url: `${URL}/:name`,
    access: ACCESS,
    summary: 'One user.',
    params: Name,
    query: NOTHING,
    answer: UserAnswer,
    errors: ['LG_USER_UNKNOWN', 'LG_SIGN_IN_OFF'],
  },
  (views, request) => userJson(peopleOf(views).users.get(request.params.name, request)),
)

export const addUserRoute = route(
  {
    method: 'POST',
    url: URL,
    access: ACCESS,
    audit: 'by route',
    summary: 'Adds a user who signs in with a password. Answered when it is on disk.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          name: Type.String({
            description: 'Letters, digits and . _ @ -; kept in lower case.',
            maxLength: 255,
          }),
          displayName: Type.Optional(DisplayName),
          role: RoleField,
          scope: Type.Optional(Scope),
          language: Type.Optional(LanguageField),
          password: Password,
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
    },
    answer: UserAnswer,
    otherStatuses: [201],
    errors: [
      'LG_USER_INVALID',
      'LG_USER_TAKEN',
      'LG_PASSWORDS_BUSY',
      'LG_PEOPLE_NOT_SAVED',
      'LG_SIGN_IN_OFF',
      'LG_ACCESS_DENIED',
    ],
  },
  async (views, request) => {
    const user = await peopleOf(views).users.add(request.body, request)
    request.reply.code(201)
    return userJson(user)
  },
)

export const changeUserRoute = route(
  {
    method: 'PATCH',
    url: `${URL}/:name`,
    access: ACCESS,
    audit: 'by route',
    summary:
      'Changes a user; absent stays as it is. A new role, scope or password, and disabling, end the sessions.',
    params: Name,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          displayName: Type.Optional(DisplayName),
          role: Type.Optional(RoleField),
          scope: Type.Optional(Scope),
          language: Type.Optional(LanguageField),
          disabled: Type.Optional(Type.Boolean()),
          password: Type.Optional(Password),
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
    },
    answer: UserAnswer,
    errors: [
      'LG_USER_UNKNOWN',
      'LG_USER_INVALID',
      'LG_USER_OF_PROVIDER',
      'LG_LAST_ADMINISTRATOR',
      'LG_PASSWORDS_BUSY',
      'LG_PEOPLE_NOT_SAVED',
      'LG_SIGN_IN_OFF',
      'LG_ACCESS_DENIED',
    ],
  },
  async (views, request) => {
    const { disabled, ...stated } = request.body
    const patch = disabled === undefined ? stated : { ...stated, isDisabled: disabled }
    return userJson(await peopleOf(views).users.change(request.params.name, patch, request))
  },
)

export const removeUserRoute = route(
  {
    method: 'DELETE',
    url: `${URL}/:name`,
    access: ACCESS,
    audit: 'by route',
    summary: 'Removes a user: sessions end, API tokens are revoked.',
    params: Name,
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: ['LG_USER_UNKNOWN', 'LG_LAST_ADMINISTRATOR', 'LG_PEOPLE_NOT_SAVED', 'LG_SIGN_IN_OFF'],
  },
  async (views, request) => {
    await peopleOf(views).users.remove(request.params.name, request)
    return request.reply.code(204).send()
  },
)
