import { invalidRequest } from './problem.js'

/** Of the text after the question mark; a cursor can hold the path of a device. */
const MAX_QUERY_CHARACTERS = 12_288
const MAX_PARAMETERS = 256

/** @throws {GatewayError} LG_REQUEST_INVALID */
export function checkQuery(url: string): void {
  const start = url.indexOf('?')
  if (start === -1) return
  if (url.length - start > MAX_QUERY_CHARACTERS) {
    throw invalidRequest([
      { path: 'query', message: `must have ${MAX_QUERY_CHARACTERS} characters at the most` },
    ])
  }
  let parameters = 1
  for (let at = url.indexOf('&', start); at !== -1; at = url.indexOf('&', at + 1)) parameters++
  if (parameters > MAX_PARAMETERS) {
    throw invalidRequest([{ path: 'query', message: `must have ${MAX_PARAMETERS} parameters at the most` }])
  }
}
