import { GatewayError } from '../../core/errors.js'

/** What is wrong with a field; `key` is its path, `message` goes on from it. */
export interface Violation {
  readonly key: string
  readonly message: string
}

export type Report = (key: string, message: string) => void

export const CONTROL_CHARACTER = /\p{Cc}/u
const HALF_CHARACTER = /\p{Cs}/u

/** @throws {GatewayError} LG_CREDENTIAL_INVALID with all that is wrong */
export function refuseInvalid(name: string, check: (report: Report) => void): void {
  const violations: Violation[] = []
  check((key, message) => violations.push({ key, message }))
  if (violations.length === 0) return
  const cause = violations.map(({ key, message }) => `${key} ${message}`).join('; ')
  throw new GatewayError('LG_CREDENTIAL_INVALID', { name, cause, violations })
}

/** Whether the text can be stored and shown, and is not too long; tells what it is otherwise. */
export function checkText(value: string, maxCharacters: number, key: string, report: Report): boolean {
  const fault = textFault(value, maxCharacters)
  if (fault !== undefined) report(key, fault)
  return fault === undefined
}

function textFault(value: string, maxCharacters: number): string | undefined {
  if (value === '') return 'is empty'
  if (value.length > maxCharacters) return `is longer than ${maxCharacters} characters`
  if (CONTROL_CHARACTER.test(value)) return 'contains a control character'
  if (HALF_CHARACTER.test(value)) return 'contains half a character (a lone surrogate)'
  return undefined
}
