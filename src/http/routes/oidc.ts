import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { OIDC_CALLBACK_PATH, type OidcSignIn } from '../../security/people/oidc.js'
import type { HttpViews } from '../inputs.js'
import { peopleOf } from '../people-json.js'
import { NOTHING, route } from '../route.js'

/** Where everyone ends up: a page of the gateway, and nothing that a request can name. */
const PAGE = '/'

export const oidcSignInRoute = route(
  {
    url: '/api/v1/oidc/sign-in',
    access: 'anyone',
    summary:
      'Sends the browser to the OpenID provider. A browser is sent back to the page with what went wrong.',
    params: NOTHING,
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [303],
    errors: ['LG_OIDC_OFF', 'LG_OIDC_UNAVAILABLE'],
  },
  (views, { reply }) =>
    orPage(reply, async () => {
      const { url, cookie } = await oidcOf(views).begin()
      return reply.header('set-cookie', cookie).redirect(url, 303)
    }),
)

export const oidcCallbackRoute = route(
  {
    url: OIDC_CALLBACK_PATH,
    access: 'anyone',
    summary: 'Where the OpenID provider sends the browser back to: sets the cookie of a session.',
    params: NOTHING,
    // Providers add what they like.
    query: Type.Object({}, { additionalProperties: true }),
    answer: Type.Null(),
    emptyStatuses: [303],
    errors: [
      'LG_OIDC_OFF',
      'LG_OIDC_UNAVAILABLE',
      'LG_OIDC_REFUSED',
      'LG_OIDC_NO_ROLE',
      'LG_OIDC_NAME_TAKEN',
      'LG_SIGN_IN_FAILED',
      'LG_PEOPLE_NOT_SAVED',
    ],
  },
  (views, { reply, headers, address }) =>
    orPage(reply, async () => {
      const oidc = oidcOf(views)
      const people = peopleOf(views)
      reply.header('set-cookie', oidc.clear())
      const query = reply.request.url.split('?')[1] ?? ''
      const vouched = await oidc.finish(query, headers.cookie)
      const { token } = await people.signInVouched(vouched, address)
      return reply.header('set-cookie', people.cookie.set(token)).redirect(PAGE, 303)
    }),
)

/** @throws {GatewayError} LG_OIDC_OFF */
function oidcOf({ oidc, identities }: HttpViews): OidcSignIn {
  if (oidc === undefined || identities === undefined) throw new GatewayError('LG_OIDC_OFF')
  return oidc
}

/** A person is shown the page, which says in words what the code means; a program gets the problem itself. */
async function orPage(reply: FastifyReply, work: () => Promise<FastifyReply>): Promise<FastifyReply> {
  try {
    return await work()
  } catch (error) {
    const isForPerson = reply.request.headers.accept?.includes('text/html') ?? false
    if (!isForPerson || !(error instanceof GatewayError)) throw error
    return reply.redirect(`${PAGE}?signIn=${error.code}`, 303)
  }
}
