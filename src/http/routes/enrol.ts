import { Type } from 'typebox'
import { GatewayError } from '../../core/errors.js'
import { isLoopback } from '../../core/loopback.js'
import { principalOf } from '../../security/credentials/credential.js'
import type { Issued } from '../../security/credentials/credentials.js'
import { placeText } from '../../security/credentials/place.js'
import type { HttpViews } from '../inputs.js'
import { CLOSED, JSON_TYPE, NOTHING, route } from '../route.js'
import { enrolmentOf, inWordsOfBody, PlaceText } from './credentials-parts.js'

export const enrolRoute = route(
  {
    method: 'POST',
    url: '/api/v1/enrol',
    access: 'anyone',
    audit: 'by route',
    summary:
      'Turns an enrolment code into the token of a device. Over TLS or from the machine of the gateway alone; a code that is wrong, used or expired is refused in the same words.',
    params: NOTHING,
    query: NOTHING,
    body: {
      schema: Type.Object(
        {
          code: Type.String({ description: 'As lge_…', minLength: 1, maxLength: 128 }),
          name: Type.Optional(
            Type.String({ description: 'What the device calls itself, where the code is not for one name.' }),
          ),
        },
        CLOSED,
      ),
      types: [JSON_TYPE],
      maxBytes: 4_096,
    },
    answer: Type.Object({
      name: Type.String({ description: 'Of the credential; to be sent as the MQTT user name.' }),
      token: Type.String({ description: 'To be sent as the MQTT password; in this answer alone.' }),
      profile: Type.String(),
      place: Type.Union([PlaceText, Type.Null()]),
      mqttUrls: Type.Array(Type.String(), { description: 'Where to connect.' }),
    }),
    otherStatuses: [201],
    errors: [
      'LG_ENROLMENT_REFUSED',
      'LG_ENROLMENT_TOO_MANY',
      'LG_ENROLMENT_INSECURE',
      'LG_CREDENTIAL_NAME_TAKEN',
      'LG_CREDENTIAL_NOT_SAVED',
      'LG_CREDENTIALS_UNAVAILABLE',
      'LG_REQUEST_TOO_LARGE',
    ],
  },
  async (views, { body: { code, name }, address, isEncrypted, origin, reply }) => {
    const issued = await recorded(views, { address, name: name ?? '' }, () => {
      if (!isEncrypted && !isLoopback(address)) throw new GatewayError('LG_ENROLMENT_INSECURE')
      return inWordsOfBody(enrolmentOf(views).enrol(code, name, address))
    })
    const { credential, secret } = issued
    const { place, profile } = credential
    reply.code(201)
    return {
      name: credential.name,
      token: secret!,
      profile,
      place: place === undefined ? null : placeText(place),
      mqttUrls: views.about.mqttUrls().map((url) => reachable(url, origin)),
    }
  },
)

/** Who uses a code is no one yet: on record is the device that came of it. */
async function recorded(
  { audit }: HttpViews,
  { address, name }: { readonly address: string; readonly name: string },
  enrol: () => Promise<Issued>,
): Promise<Issued> {
  try {
    const issued = await enrol()
    const target = issued.credential.name
    audit.record({ id: 'enrolled', result: 'success', actor: principalOf(target), address, target })
    return issued
  } catch (error) {
    const details = { error: error instanceof GatewayError ? error.code : 'LG_INTERNAL' }
    const id = 'enrolment_refused'
    audit.record({ id, result: 'failure', actor: 'anonymous', address, target: name, details })
    throw error
  }
}

/** A listener on all addresses is reached at the one that the device has just used. */
function reachable(url: string, origin: string | undefined): string {
  const wanted = new URL(url)
  const isAnywhere = wanted.hostname === '0.0.0.0' || wanted.hostname === '[::]'
  if (!isAnywhere || origin === undefined) return url
  return url.replace(wanted.hostname, new URL(origin).hostname)
}
