import { GatewayError } from '../core/errors.js'
import type { Violation } from './device-input.js'
import type { RowViolation } from './placement.js'

const MAX_ROWS_NAMED = 20

export function refuseInvalid(id: string, violations: readonly Violation[]): void {
  if (violations.length === 0) return
  const cause = violations.map(({ key, message }) => `${key} ${message}`).join('; ')
  throw new GatewayError('LG_DEVICE_INVALID', { id, cause, violations })
}

export function invalidRows(violations: readonly RowViolation[]): GatewayError {
  const count = new Set(violations.map(({ row }) => row)).size
  const named = violations.slice(0, MAX_ROWS_NAMED)
  const causes = named.map(({ row, id, key, message }) => `row ${row + 1} (${id}): ${key} ${message}`)
  const more = violations.length - named.length
  const cause = causes.join('; ') + (more === 0 ? '' : `; and ${more} more`)
  return new GatewayError('LG_DEVICES_INVALID', { count, cause, violations })
}

export function refuseChanged(id: string, revision: number, expected: number | undefined): void {
  if (expected === undefined || expected === revision) return
  throw new GatewayError('LG_DEVICE_CHANGED', { id, revision, expected })
}
