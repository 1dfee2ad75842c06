import { type ErrorCode, GatewayError } from '../../core/errors.js'
import type { HandleValue } from './record.js'

/** Response codes of the Handle protocol (RFC 3652) that gateways give or pass on. */
export const ResponseCode = {
  success: 1,
  error: 2,
  serverBusy: 3,
  recursionLimit: 6,
  handleNotFound: 100,
  handleInvalid: 102,
  valuesNotFound: 200,
  notResponsible: 301,
  serviceReferral: 302,
  prefixReferral: 303,
  accessDenied: 401,
  authenticationNeeded: 402,
  authenticationFailed: 403,
} as const
export type ResponseCode = (typeof ResponseCode)[keyof typeof ResponseCode]

/** The body of an answer, as the HTTP interface of Handle servers has it. */
export interface HandleAnswer {
  readonly responseCode: ResponseCode
  readonly handle: string
  /** With what went wrong; absent in good answers. */
  readonly message?: string
  readonly values?: readonly HandleValue[]
}

/**
 * HTTP status of each code, as Handle.net's HTTP interface gives them where it says so. Its 500 for anything else is
 * told apart here: what failed behind this gateway is 502, a loop 508, too much at once 503.
 */
const HTTP_STATUS: Readonly<Record<ResponseCode, number>> = {
  1: 200,
  2: 502,
  3: 503,
  6: 508,
  100: 404,
  102: 400,
  200: 200,
  301: 400,
  302: 400,
  303: 400,
  401: 403,
  402: 401,
  403: 403,
}

export function httpStatusOf({ responseCode }: HandleAnswer): number {
  return HTTP_STATUS[responseCode]
}

export function isResponseCode(code: unknown): code is ResponseCode {
  return typeof code === 'number' && Object.hasOwn(HTTP_STATUS, code)
}

/** Errors of the table that end a resolution, with the code that stands for them. */
const CODES = {
  LG_HANDLE_INVALID: ResponseCode.handleInvalid,
  LG_HANDLE_UNKNOWN: ResponseCode.handleNotFound,
  LG_HANDLE_VALUES_UNKNOWN: ResponseCode.valuesNotFound,
  LG_HANDLE_FOREIGN: ResponseCode.notResponsible,
  LG_HANDLE_TOKEN_REQUIRED: ResponseCode.authenticationNeeded,
  LG_HANDLE_TOKEN_REFUSED: ResponseCode.authenticationFailed,
  LG_REFERRAL_FAILED: ResponseCode.error,
  LG_REFERRAL_LOOP: ResponseCode.recursionLimit,
  LG_REFERRALS_BUSY: ResponseCode.serverBusy,
} as const satisfies Partial<Record<ErrorCode, ResponseCode>>

export type ResolutionError = keyof typeof CODES

/** The answer that says what is wrong, and what to do. */
export function failure(
  handle: string,
  code: ResolutionError,
  details: Readonly<Record<string, unknown>> = {},
): HandleAnswer {
  const { message, action } = new GatewayError(code, { handle, ...details })
  return { responseCode: CODES[code], handle, message: `${message} ${action}` }
}
