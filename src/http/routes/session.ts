import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import type { Identity } from '../../core/identity.js'
import { mayAs } from '../../core/identity.js'
import type { HttpViews } from '../inputs.js'
import { LanguageField, Password, peopleOf, RoleField } from '../people-json.js'
import { CLOSED, JSON_TYPE, NOTHING, type RouteRequest, route } from '../route.js'

const URL = '/api/v1/session'

const Answer = Type.Object({
  signInRequired: Type.Boolean(),
  signedIn: Type.Boolean({ description: 'False for who has to sign in first; the rest is empty then.' }),
  kind: Type.Enum(['session', 'token', 'local', 'nobody']),
  name: Type.String(),
  displayName: Type.String(),
  role: Type.Union([RoleField, Type.Null()]),
  scope: Type.String({ description: 'Path of the tree that is seen; empty for all.' }),
  language: LanguageField,
  methods: Type.Object(
    {
      password: Type.Boolean(),
      oidc: Type.Union([Type.String({ description: 'What its button says.' }), Type.Null()]),
    },
    { description: 'Ways to sign in.' },
  ),
  notice: Type.Union([Type.Object({ en: Type.String(), zh: Type.String() }), Type.Null()], {
    description: 'What people are to be told before they sign in.',
  }),
})

export const sessionRoute = route(
  {
    url: URL,
    access: 'anyone',
    summary: 'Who asks, and how to sign in.',
    params: NOTHING,
    query: NOTHING,
    answer: Answer,
    errors: [],
  },
  (views, { identity }) => sessionJson(views, identity),
)

export const signInRoute = route(
  {
    method: 'POST',
    url: URL,
    access: 'anyone',
    audit: 'by route',
    summary: 'Signs in: sets the cookie of a session. A session that the request comes with ends.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object(
        { name: Type.String({ minLength: 1, maxLength: 255 }), password: Password },
        CLOSED,
      ),
      types: [JSON_TYPE],
      maxBytes: 16_384,
    },
    answer: Answer,
    errors: ['LG_SIGN_IN_FAILED', 'LG_SIGN_IN_BLOCKED', 'LG_SIGN_IN_OFF', 'LG_PASSWORDS_BUSY'],
  },
  async (views, request) => {
    const people = signingIn(views)
    const { token } = await withRetryAfter(request, () => people.signIn(request.body, request.address))
    people.signOut(request)
    return answerBegun(views, token, request)
  },
)

export const signOutRoute = route(
  {
    method: 'DELETE',
    url: URL,
    access: 'anyone',
    audit: 'by route',
    summary: 'Signs out: ends the session, and the live connections with it.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: ['LG_SIGN_IN_OFF'],
  },
  (views, request) => {
    const people = peopleOf(views)
    people.signOut(request)
    return request.reply.header('set-cookie', people.cookie.clear()).code(204).send()
  },
)

export const ownPasswordRoute = route(
  {
    method: 'PUT',
    url: `${URL}/password`,
    access: { role: 'viewer', scope: 'self' },
    audit: 'by route',
    summary: 'Sets the password of the one who is signed in. All sessions of theirs end, and one begins.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object({ currentPassword: Password, password: Password }, CLOSED),
      types: [JSON_TYPE],
      maxBytes: 16_384,
    },
    answer: Answer,
    errors: [
      'LG_SIGN_IN_FAILED',
      'LG_SIGN_IN_BLOCKED',
      'LG_SIGN_IN_OFF',
      'LG_USER_INVALID',
      'LG_USER_OF_PROVIDER',
      'LG_PASSWORDS_BUSY',
      'LG_PEOPLE_NOT_SAVED',
    ],
  },
  async (views, request) => {
    const people = signingIn(views)
    const { currentPassword, password } = request.body
    if (request.identity.kind !== 'session') {
      throw new GatewayError('LG_ACCESS_DENIED', {
        actor: request.identity.name,
        needed: 'a person who signed in',
      })
    }
    const { token } = await withRetryAfter(request, () =>
      people.changePassword(request, currentPassword, password),
    )
    return answerBegun(views, token, request)
  },
)

/** @throws {GatewayError} LG_SIGN_IN_OFF */
function signingIn(views: HttpViews) {
  if (views.identities === undefined) throw new GatewayError('LG_SIGN_IN_OFF')
  return peopleOf(views)
}

type Asked = Pick<RouteRequest<unknown, unknown>, 'reply'>

async function withRetryAfter<T>({ reply }: Asked, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'LG_SIGN_IN_BLOCKED') {
      reply.header('retry-after', String(error.details.seconds))
    }
    throw error
  }
}

function answerBegun(views: HttpViews, token: string, { reply }: Asked): Static<typeof Answer> {
  const { cookie } = peopleOf(views)
  reply.header('set-cookie', cookie.set(token))
  const header = cookie.set(token).split(';')[0]
  const identity = views.identities?.identify({ headers: { cookie: header }, address: '' })
  if (identity === undefined) throw new Error('A session that has just begun is unknown.')
  return sessionJson(views, identity)
}

function sessionJson(
  { identities, people, oidc, signInNotice }: HttpViews,
  identity: Identity,
): Static<typeof Answer> {
  const { kind } = identity
  const isIn = mayAs(identity, 'viewer')
  const user = people?.profileOf(identity)
  return {
    signInRequired: identities !== undefined,
    signedIn: isIn,
    kind,
    name: isIn ? identity.name : '',
    displayName: user?.displayName ?? '',
    role: isIn ? identity.role : null,
    scope: isIn ? identity.scope : '',
    language: user?.language ?? null,
    methods: { password: identities !== undefined, oidc: oidc?.name ?? null },
    notice: signInNotice ?? null,
  }
}
