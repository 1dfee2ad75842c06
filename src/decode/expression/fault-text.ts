interface JsonataFault {
  readonly code?: unknown
  readonly position?: unknown
  readonly message?: unknown
}

/** What JSONata says is wrong, and at which character of the expression. */
export function faultText(error: unknown): string {
  const { code, position, message } = (error ?? {}) as JsonataFault
  const what = typeof message === 'string' ? message : String(error)
  const where = typeof position === 'number' ? `at character ${position} of the expression` : ''
  const details = [typeof code === 'string' ? code : '', where].filter((part) => part !== '').join(', ')
  return details === '' ? what : `${what} (${details})`
}
