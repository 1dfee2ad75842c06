import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { GatewayError } from '../core/errors.js'
import { type ClientMessage, MAX_ID_LENGTH, Subscribe, Unsubscribe } from './protocol.js'

const ajv = new Ajv({ strict: false })
const VALIDATORS = new Map<unknown, ValidateFunction<ClientMessage>>([
  ['subscribe', ajv.compile<ClientMessage>(Subscribe)],
  ['unsubscribe', ajv.compile<ClientMessage>(Unsubscribe)],
])

/** The message in a text frame. Throws LG_LIVE_FRAME_INVALID, with the key at fault, when it is none. */
export function parseClientFrame(text: string): ClientMessage {
  const frame = parseJson(text)
  const type = typeof frame === 'object' && frame !== null && 'type' in frame ? frame.type : undefined
  const validate = VALIDATORS.get(type)
  if (validate === undefined) throw invalid('type must be subscribe or unsubscribe', idOf(frame))
  if (!validate(frame)) throw invalid(describe(validate.errors?.[0]), idOf(frame))
  return frame
}

/** `id`, when the frame has one that can be read, tells the client which subscription it got wrong. */
export function invalid(cause: string, id?: string): GatewayError {
  return new GatewayError('LG_LIVE_FRAME_INVALID', { cause, id })
}

function idOf(frame: unknown): string | undefined {
  if (typeof frame !== 'object' || frame === null || !('id' in frame)) return undefined
  return typeof frame.id === 'string' ? frame.id.slice(0, MAX_ID_LENGTH) : undefined
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalid('it is not JSON')
  }
}

function describe(error: ErrorObject | undefined): string {
  if (error === undefined) return 'it does not match its schema'
  if (error.keyword === 'additionalProperties') return `unknown key ${error.params.additionalProperty}`
  const key = error.instancePath.slice(1).replaceAll('/', '.')
  if (key === 'topic') return 'topic must be counts, values, deadLetters or presence'
  if (key === 'scope') return 'scope must be a path site/area/line/device of one to four levels, or empty'
  return key === '' ? String(error.message) : `${key} ${error.message}`
}
