import { type ErrorCode, GatewayError } from '../../core/errors.js'

/** What is wrong with one field of what was asked for. */
export interface Violation {
  readonly path: string
  readonly message: string
}

/** @throws {GatewayError} that names all of them, if there are any */
export function refuse(code: ErrorCode, violations: readonly Violation[]): void {
  if (violations.length === 0) return
  const cause = violations.map(({ path, message }) => `${path} ${message}`).join('; ')
  throw new GatewayError(code, { cause, violations })
}
