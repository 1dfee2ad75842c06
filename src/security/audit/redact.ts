/**
 * The last line of defence: whoever records an event leaves secrets out, and this catches what was overlooked.
 */
export const REDACTED = '[redacted]'

const SECRET_NAME = /password|passwd|passphrase|token|secret|authorization|cookie|private.?key/i
/** Tokens of the gateway: what is in front of the last underscore only names them. */
const TOKEN = /\b(lg[a-z]_[a-z2-7]{4,32}_)[\w-]{16,}/gi
const BEARER = /\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi
const PARAMETER =
  /\b(password|passwd|passphrase|token|access_token|secret|client_secret|code|authorization|cookie)=[^&\s;"']+/gi
const URL_PASSWORD = /(:\/\/[^/\s:@]*:)[^@\s/]+@/g
/** Each of the patterns needs one of these somewhere. */
const SUSPICIOUS = /lg[a-z]_|bearer|basic|=|:\/\//i

export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name)
}

export function withoutSecrets(text: string): string {
  if (!SUSPICIOUS.test(text)) return text
  return text
    .replace(TOKEN, `$1${REDACTED}`)
    .replace(BEARER, `$1 ${REDACTED}`)
    .replace(PARAMETER, `$1=${REDACTED}`)
    .replace(URL_PASSWORD, `$1${REDACTED}@`)
}
