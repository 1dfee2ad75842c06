import { DecodeError } from '../decoder.js'

/** The same error, with the step of the path on which it was met; anything else as it is. */
export function within(error: unknown, step: string | number): unknown {
  if (!(error instanceof DecodeError)) return error
  return new DecodeError(error.code, error.message, [step, ...(error.path ?? [])], error.place)
}
