/** What the routes about credentials share. */
import { type Static, Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { type CredentialAnswer, credentialAnswer } from '../../security/credentials/answers.js'
import { fingerprintOfPem } from '../../security/credentials/certificate-file.js'
import {
  CREDENTIAL_KINDS,
  CREDENTIAL_STATES,
  type Credential,
} from '../../security/credentials/credential.js'
import { type CertificateInput, MAX_NAME_CHARACTERS } from '../../security/credentials/credential-input.js'
import type { Credentials } from '../../security/credentials/credentials.js'
import type { EnrolmentCodes } from '../../security/credentials/enrolment-codes.js'
import type { Violation } from '../../security/credentials/violations.js'
import type { HttpViews } from '../inputs.js'
import { invalidRequest } from '../problem.js'
import { CLOSED } from '../route.js'
import { Time } from '../schema-parts.js'

export const KindParameter = Type.Enum([...CREDENTIAL_KINDS], {
  description: 'token: a device token, sent as the MQTT password. password: with the name as the user name.',
})
export const StateParameter = Type.Enum([...CREDENTIAL_STATES], {
  description: 'revoked is for good; expired can be put off.',
})

export const CredentialName = Type.Object(
  {
    name: Type.String({ description: 'Percent-encoded.', minLength: 1, maxLength: MAX_NAME_CHARACTERS }),
  },
  CLOSED,
)

export const PlaceText = Type.String({
  description: 'Place of the device that it is: site/area/line/device.',
  examples: ['ningbo/moulding/line1/imm-01'],
})
export const Attributes = Type.Record(Type.String(), Type.String(), {
  description: 'Further placeholders of the templates of its profile.',
})
export const ExpiryText = Type.String({ description: 'RFC 3339; never without it.' })
const OrNull = Type.Null()
const MaybeTime = Type.Union([Time, OrNull])

const AnswerFields = {
  name: Type.String(),
  kind: KindParameter,
  state: StateParameter,
  profile: Type.String({ description: 'Of mqtt.profiles in the configuration: what it may.' }),
  place: Type.Union([PlaceText, OrNull]),
  attributes: Attributes,
  tokenId: Type.Union([Type.String(), OrNull], {
    description: 'Of a token: its part that is no secret, between the underscores.',
  }),
  certificate: Type.Union([Type.Object({ part: Type.String(), value: Type.String() }), OrNull], {
    description: 'What of a certificate names it: its fingerprint, subject or one alternativeName.',
  }),
  createdAt: Time,
  expiresAt: MaybeTime,
  lastUsedAt: Type.Union([Time, OrNull], { description: 'When a client was last let in by it.' }),
  revokedAt: MaybeTime,
  previousUntil: Type.Union([Time, OrNull], {
    description: 'How long the secret before the last rotation is good, too.',
  }),
}

export const CredentialSchema = Type.Object(AnswerFields)
export const IssuedSchema = Type.Object({
  ...AnswerFields,
  secret: Type.Union([Type.String(), OrNull], {
    description: 'The token or password that was made: in this answer alone.',
  }),
})

export const SecretFields = {
  password: Type.Optional(
    Type.String({ description: 'Of kind password; one is made, and answered, without it.' }),
  ),
  certificate: Type.Optional(
    Type.Object(
      {
        fingerprint: Type.Optional(Type.String({ description: 'SHA-256, hexadecimal.' })),
        subject: Type.Optional(Type.String({ examples: ['CN=imm-01,O=Plant'] })),
        alternativeName: Type.Optional(Type.String({ examples: ['DNS:imm-01.plant'] })),
        pem: Type.Optional(Type.String({ description: 'The certificate: its fingerprint counts.' })),
      },
      { ...CLOSED, description: 'Of kind certificate: one of these.' },
    ),
  ),
}

const SecretBody = Type.Object(SecretFields)

/** What of the body is the secret. */
export function secretOf({ password, certificate }: Static<typeof SecretBody>): {
  readonly password?: string
  readonly certificate?: CertificateInput
} {
  const { pem, ...named } = certificate ?? {}
  const fingerprint = pem === undefined ? {} : { fingerprint: fingerprintOfPem(pem) }
  return {
    ...(password === undefined ? {} : { password }),
    ...(certificate === undefined ? {} : { certificate: { ...named, ...fingerprint } }),
  }
}

const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/

/** @throws {GatewayError} LG_REQUEST_INVALID */
export function expiryOf(text: string): number {
  const ms = RFC_3339.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) throw invalidRequest([{ path: 'body.expiresAt', message: 'is no time of RFC 3339' }])
  return ms
}

/** @throws {GatewayError} LG_CREDENTIALS_UNAVAILABLE */
export function credentialsOf({ credentials }: HttpViews): Credentials {
  if (credentials === undefined) throw new GatewayError('LG_CREDENTIALS_UNAVAILABLE')
  return credentials
}

/** @throws {GatewayError} LG_CREDENTIALS_UNAVAILABLE */
export function enrolmentOf({ enrolment }: HttpViews): EnrolmentCodes {
  if (enrolment === undefined) throw new GatewayError('LG_CREDENTIALS_UNAVAILABLE')
  return enrolment
}

export function answerOf(credentials: Credentials, credential: Credential): CredentialAnswer {
  return credentialAnswer(credential, credentials.lastUsedAtMs(credential.name), Date.now())
}

/** Has something done whose input the body is: what is wrong with a field is told in words of the body. */
export async function inWordsOfBody<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!(error instanceof GatewayError) || error.code !== 'LG_CREDENTIAL_INVALID') throw error
    const violations = error.details.violations as readonly Violation[]
    throw invalidRequest(violations.map(({ key, message }) => ({ path: `body.${key}`, message })))
  }
}
