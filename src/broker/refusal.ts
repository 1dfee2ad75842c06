import type { ConnectPacket } from 'aedes'
import { GatewayError } from '../core/errors.js'
import type { AedesClient } from './aedes-internals.js'
import { topicFault } from './topic-name.js'

/** Why a CONNECT is refused. */
export interface Refusal {
  /** Return code of the CONNACK; without one the connection is closed as after a malformed packet. */
  readonly returnCode: 1 | 2 | 3 | 4 | 5 | undefined
  readonly error: GatewayError
}

/** MQTT 3.1, 3.1: "If the Client ID contains more than 23 characters, the server responds with return code 2". */
const MAX_ID_CHARACTERS_IN_3_1 = 23

/** A client that does not close after its CONNACK is closed after this. */
const LINGER_MS = 1_000

export function refusalOf(packet: ConnectPacket): Refusal | undefined {
  return versionRefusal(packet) ?? clientIdRefusal(packet) ?? willRefusal(packet)
}

/**
 * Sends the CONNACK (in the form of 3.1.1, which clients of MQTT 5 know) and lets the client close. What it had sent
 * already is read and thrown away: a socket that is closed over unread bytes is reset, and the CONNACK lost with it.
 */
export function refuse(client: AedesClient, { returnCode, error }: Refusal): void {
  if (returnCode === undefined) {
    client.emit('error', error)
    return
  }
  const { conn } = client
  conn.removeAllListeners('readable')
  conn.resume()
  conn.end(Buffer.from([0x20, 2, 0, returnCode]))
  const timer = setTimeout(() => client.close(), LINGER_MS)
  conn.once('close', () => clearTimeout(timer))
}

function versionRefusal({ protocolVersion }: ConnectPacket): Refusal | undefined {
  if (protocolVersion === 3 || protocolVersion === 4) return undefined
  return {
    returnCode: 1,
    error: new GatewayError('LG_MQTT_VERSION_REFUSED', { version: protocolVersion }),
  }
}

function clientIdRefusal({ clientId, clean, protocolVersion }: ConnectPacket): Refusal | undefined {
  if (clientId === '' && clean !== true) return badId(clientId, 'it is empty, and the session is not clean') // MQTT-3.1.3-8
  if (clientId.includes('\0')) return badId(clientId, 'it contains U+0000') // MQTT-1.5.3-2
  if (protocolVersion !== 3) return undefined
  if (clientId === '') return badId(clientId, 'it is empty')
  return clientId.length > MAX_ID_CHARACTERS_IN_3_1
    ? badId(clientId, `it is longer than ${MAX_ID_CHARACTERS_IN_3_1} characters`)
    : undefined
}

function badId(clientId: string, cause: string): Refusal {
  return { returnCode: 2, error: new GatewayError('LG_MQTT_CLIENT_ID_REFUSED', { clientId, cause }) }
}

/** A will that cannot be published would fail when its client is gone, and QoS 3 would disconnect its subscribers. */
function willRefusal({ clientId, will }: ConnectPacket): Refusal | undefined {
  if (will === undefined) return undefined
  const qos: number = will.qos ?? 0
  const cause = qos > 2 ? 'its QoS is 3' : topicFault(will.topic) // MQTT-3.1.2-14
  if (cause === undefined) return undefined
  return { returnCode: undefined, error: new GatewayError('LG_MQTT_WILL_REFUSED', { clientId, cause }) }
}
