import { Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { invalidParameter } from '../problem.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { limitParameter, NextCursor, textParameter } from '../schema-parts.js'
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
  KindParameter,
  PlaceText,
  SecretFields,
  StateParameter,
  secretOf,
} from './credentials-parts.js'

const URL = '/api/v1/credentials'
/** Of the plant as a whole: what a profile allows is not bound to one part of the tree. */
const ADMIN = { role: 'admin', scope: 'plant' } as const

export const credentialsRoute = route(
  {
    url: URL,
    access: ADMIN,
    summary: 'The credentials of MQTT clients, by name; no secret is among it.',
    params: NOTHING,
    query: Type.Object(
      {
        text: Type.Optional(textParameter('In the name, the place or an attribute.')),
        profile: Type.Optional(textParameter('Of this profile.')),
        kind: Type.Optional(KindParameter),
        state: Type.Optional(StateParameter),
        scope: Type.Optional(textParameter('Placed at or below this place.')),
        limit: limitParameter(100, 1_000),
        cursor: Type.Optional(
          Type.String({ description: 'The nextCursor of the page before.', minLength: 1, maxLength: 1_024 }),
        ),
      },
      CLOSED,
    ),
    answer: Type.Object({ credentials: Type.Array(CredentialSchema), nextCursor: NextCursor }),
    errors: ['LG_CREDENTIALS_UNAVAILABLE'],
  },
  (views, { query: { cursor, ...query } }) => {
    const known = credentialsOf(views)
    const after = cursor === undefined ? undefined : readPlace(cursor)
    const { credentials, hasMore } = known.list({ ...query, after })
    return {
      credentials: credentials.map((credential) => answerOf(known, credential)),
      nextCursor: hasMore ? writePlace(credentials.at(-1)!.name) : null,
    }
  },
)

export const credentialRoute = route(
  {
    url: `${URL}/:name`,
    access: ADMIN,
    summary: 'One credential; its secret is in no answer but the first.',
    params: CredentialName,
    query: NOTHING,
    answer: CredentialSchema,
    errors: ['LG_CREDENTIAL_UNKNOWN', 'LG_CREDENTIALS_UNAVAILABLE'],
  },
  (views, { params: { name } }) => {
    const known = credentialsOf(views)
    const credential = known.get(name)
    if (credential === undefined) throw new GatewayError('LG_CREDENTIAL_UNKNOWN', { name })
    return answerOf(known, credential)
  },
)

export const addCredentialRoute = route(
  {
    method: 'POST',
    url: URL,
    access: ADMIN,
    audit: { event: 'credential_added' },
    summary: 'Adds a credential. A token, or a password that was made, is in this answer alone.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          name: Type.String({
            description: 'Of 1 to 128 characters, without control characters, / + and #.',
          }),
          kind: KindParameter,
          profile: Type.Optional(Type.String({ description: 'Of mqtt.profiles; device without it.' })),
          place: Type.Optional(PlaceText),
          attributes: Type.Optional(Attributes),
          expiresAt: Type.Optional(ExpiryText),
          ...SecretFields,
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
    },
    answer: IssuedSchema,
    otherStatuses: [201],
    errors: [
      'LG_CREDENTIAL_NAME_TAKEN',
      'LG_CREDENTIAL_CERTIFICATE_TAKEN',
      'LG_CERTIFICATE_UNREADABLE',
      'LG_PASSWORDS_BUSY',
      'LG_CREDENTIAL_NOT_SAVED',
      'LG_CREDENTIALS_UNAVAILABLE',
    ],
  },
  async (views, { body, reply, note }) => {
    const { name, kind, profile, place, attributes, expiresAt } = body
    note({ target: name, details: { kind, profile: profile ?? 'device', place: place ?? '' } })
    const known = credentialsOf(views)
    const expiresAtMs = expiresAt === undefined ? undefined : expiryOf(expiresAt)
    const input = { name, kind, profile, place, attributes, expiresAtMs, ...secretOf(body) }
    const { credential, secret } = await inWordsOfBody(known.add(input))
    reply.code(201)
    return { ...answerOf(known, credential), secret: secret ?? null }
  },
)

const KIND_OF_CURSOR = 'credential:'

function writePlace(name: string): string {
  return Buffer.from(`${KIND_OF_CURSOR}${name}`).toString('base64url')
}

function readPlace(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString()
  if (text.startsWith(KIND_OF_CURSOR)) return text.slice(KIND_OF_CURSOR.length)
  throw invalidParameter('cursor', 'must be the nextCursor of an earlier page of the same list')
}
