import { Type } from 'typebox'
import { MAX_GRACE_MS } from '../../security/credentials/credential-input.js'
import { MERGE_PATCH_TYPE } from '../bodies.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import {
  Attributes,
  answerOf,
  CredentialName,
  CredentialSchema,
  credentialsOf,
  ExpiryText,
  expiryOf,
  IssuedSchema,
  inWordsOfBody,
  PlaceText,
  SecretFields,
  secretOf,
} from './credentials-parts.js'

const URL = '/api/v1/credentials/:name'
const ADMIN = { role: 'admin', scope: 'plant' } as const
const ERRORS = ['LG_CREDENTIAL_UNKNOWN', 'LG_CREDENTIAL_NOT_SAVED', 'LG_CREDENTIALS_UNAVAILABLE'] as const

export const changeCredentialRoute = route(
  {
    method: 'PATCH',
    url: URL,
    access: ADMIN,
    audit: { event: 'credential_changed', target: 'name' },
    summary:
      'Changes profile, place, attributes or expiry: absent stays, null empties. But for the expiry, its clients have to connect anew.',
    params: CredentialName,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          profile: Type.Optional(Type.String()),
          place: Type.Optional(Type.Union([PlaceText, Type.Null()])),
          attributes: Type.Optional(Attributes),
          expiresAt: Type.Optional(Type.Union([ExpiryText, Type.Null()])),
        },
        CLOSED,
      ),
      types: [MERGE_PATCH_TYPE, JSON_TYPE],
    },
    answer: CredentialSchema,
    errors: [...ERRORS, 'LG_CREDENTIAL_REVOKED'],
  },
  async (views, { params: { name }, body, note }) => {
    const { expiresAt, ...patch } = body
    note({ details: { changed: Object.keys(body).join(', ') } })
    const known = credentialsOf(views)
    const expiresAtMs = typeof expiresAt === 'string' ? expiryOf(expiresAt) : expiresAt
    return answerOf(known, await inWordsOfBody(known.change(name, { ...patch, expiresAtMs })))
  },
)

export const rotateCredentialRoute = route(
  {
    method: 'POST',
    url: `${URL}/rotate`,
    access: ADMIN,
    audit: { event: 'credential_rotated', target: 'name' },
    summary:
      'Gives a credential a new secret, which is in this answer alone. Without a grace time the old one ends at once, and so do its connections.',
    params: CredentialName,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          graceMs: Type.Optional(
            Type.Integer({
              description: 'How long the old secret is good beside the new one; 0 without it.',
              minimum: 0,
              maximum: MAX_GRACE_MS,
            }),
          ),
          ...SecretFields,
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
    },
    answer: IssuedSchema,
    errors: [
      ...ERRORS,
      'LG_CREDENTIAL_REVOKED',
      'LG_CREDENTIAL_CERTIFICATE_TAKEN',
      'LG_CERTIFICATE_UNREADABLE',
      'LG_PASSWORDS_BUSY',
    ],
  },
  async (views, { params: { name }, body, note }) => {
    const { graceMs = 0 } = body
    note({ details: { graceMs } })
    const known = credentialsOf(views)
    const { credential, secret } = await inWordsOfBody(known.rotate(name, { graceMs, ...secretOf(body) }))
    return { ...answerOf(known, credential), secret: secret ?? null }
  },
)

export const revokeCredentialRoute = route(
  {
    method: 'POST',
    url: `${URL}/revoke`,
    access: ADMIN,
    audit: { event: 'credential_revoked', target: 'name' },
    summary: 'Revokes a credential for good, and closes its connections at once. Its name stays taken.',
    params: CredentialName,
    query: NOTHING,
    answer: CredentialSchema,
    errors: ERRORS,
  },
  async (views, { params: { name } }) => {
    const known = credentialsOf(views)
    return answerOf(known, await known.revoke(name))
  },
)

export const deleteCredentialRoute = route(
  {
    method: 'DELETE',
    url: URL,
    access: ADMIN,
    audit: { event: 'credential_revoked', target: 'name' },
    summary: 'Removes a credential: as revoking, and its name is free again.',
    params: CredentialName,
    query: NOTHING,
    answer: Type.Null(),
    emptyStatuses: [204],
    errors: ERRORS,
  },
  async (views, { params: { name }, reply, note }) => {
    note({ details: { removed: true } })
    await credentialsOf(views).remove(name)
    return reply.code(204).send()
  },
)
