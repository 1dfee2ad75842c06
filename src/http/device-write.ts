import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { NO_DEVICE_SLOT } from '../core/device.js'
import { type ErrorCode, GatewayError } from '../core/errors.js'
import type { DeviceRecord } from '../core/registry.js'
import { MAX_ID_CHARACTERS } from '../devices/device-input.js'
import { type DeviceAnswer, deviceAnswer } from './device-json.js'
import { entityTag, expectedRevision } from './device-tag.js'
import type { HttpViews } from './inputs.js'
import { invalidRequest } from './problem.js'
import { CLOSED } from './route.js'

export const DeviceId = Type.Object(
  {
    id: Type.String({
      description: 'Percent-encoded: an id may hold a slash, %2F.',
      minLength: 1,
      maxLength: MAX_ID_CHARACTERS,
    }),
  },
  CLOSED,
)

/** Of every route that changes a device. */
export const WRITE_ERRORS = [
  'LG_DEVICE_CHANGED',
  'LG_DEVICE_NOT_SAVED',
] as const satisfies readonly ErrorCode[]

export interface Conditions {
  readonly headers: IncomingHttpHeaders
  readonly reply: FastifyReply
}

/** Has a device changed under the conditions of the request, and answers it as it is then. */
export async function writeDevice(
  views: HttpViews,
  id: string,
  conditions: Conditions,
  write: (expected: number | undefined) => Promise<DeviceRecord>,
): Promise<DeviceAnswer> {
  const { registry } = views
  const isNew = registry.byId(id) === undefined
  const record = await underConditions(registry, id, conditions, write)
  conditions.reply.code(isNew ? 201 : 200).header('etag', entityTag(record.revision))
  return deviceAnswer(views, slotOf(registry, id), record)
}

/** A refusal carries the entity tag of what is there. */
export async function underConditions<T>(
  registry: HttpViews['registry'],
  id: string,
  { headers, reply }: Conditions,
  write: (expected: number | undefined) => Promise<T>,
): Promise<T> {
  const revision = () => registry.record(registry.byId(id)?.slot ?? NO_DEVICE_SLOT)?.revision
  try {
    return await write(expectedRevision(id, headers, revision()))
  } catch (error) {
    const current = revision()
    if (current !== undefined) reply.header('etag', entityTag(current))
    throw inWordsOfRequest(error)
  }
}

/** Whoever has removed it since it was written had its last word. */
function slotOf(registry: HttpViews['registry'], id: string): number {
  const device = registry.byId(id)
  if (device === undefined) throw new GatewayError('LG_DEVICE_ID_UNKNOWN', { id })
  return device.slot
}

interface InputViolation {
  readonly key: string
  readonly message: string
}

/** The fields of a device are those of the body. */
function inWordsOfRequest(error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'LG_DEVICE_INVALID') return error
  const violations = error.details.violations as readonly InputViolation[]
  return invalidRequest(
    violations.map(({ key, message }) => ({ path: key === '' ? 'body' : `body.${key}`, message })),
  )
}
