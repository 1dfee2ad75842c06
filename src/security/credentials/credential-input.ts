import { CERTIFICATE_PARTS, type CertificatePart, type CredentialKind } from './credential.js'
import { placeFault } from './place.js'
import { checkText, type Report } from './violations.js'

export const MAX_NAME_CHARACTERS = 128
export const MAX_PASSWORD_CHARACTERS = 256
const MAX_PLACE_CHARACTERS = 512
const MAX_VALUE_CHARACTERS = 256
const MAX_CERTIFICATE_TEXT = 1_024
const MAX_ATTRIBUTES = 32
export const MAX_GRACE_MS = 366 * 86_400_000

/** Which certificate: one part of it. */
export type CertificateInput = { readonly [P in CertificatePart]?: string | undefined }

/** What may be changed of a credential; absent stays, null empties. */
export interface CredentialPatch {
  readonly profile?: string | undefined
  /** As `ningbo/moulding/line1/imm-01`. */
  readonly place?: string | null | undefined
  /** All of them: those that are not named go. */
  readonly attributes?: Readonly<Record<string, string>> | undefined
  readonly expiresAtMs?: number | null | undefined
}

export interface CredentialInput extends CredentialPatch {
  readonly name: string
  readonly kind: CredentialKind
  /** 'device' when absent. */
  readonly profile?: string | undefined
  /** Of kind password; made by the gateway when absent. */
  readonly password?: string | undefined
  /** Of kind certificate. */
  readonly certificate?: CertificateInput | undefined
}

export interface RotationInput {
  /** How long the old secret stays good beside the new one. */
  readonly graceMs: number
  readonly password?: string | undefined
  readonly certificate?: CertificateInput | undefined
}

/** What a name or an attribute may not be: what `mqtt.profiles` and the API mean by it is something else. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['.', '..'])
const OWN_PLACEHOLDERS: ReadonlySet<string> = new Set([
  'site',
  'area',
  'line',
  'device',
  'username',
  'clientId',
])

export interface Rules {
  readonly minPasswordLength: number
  /** Absent where it is not known which profiles there are. */
  readonly hasProfile?: ((name: string) => boolean) | undefined
}

export function checkInput(input: CredentialInput, rules: Rules, report: Report): void {
  checkName(input.name, 'name', report)
  checkPatch(input, rules, report)
  checkSecret(input.kind, input, rules, report)
}

export function checkName(name: string, key: string, report: Report): void {
  if (!checkText(name, MAX_NAME_CHARACTERS, key, report)) return
  if (/[/+#]/.test(name)) report(key, 'contains /, + or #, which no level of a topic can')
  else if (RESERVED_NAMES.has(name)) report(key, 'is no name')
}

export function checkPatch(patch: CredentialPatch, { hasProfile }: Rules, report: Report): void {
  const { profile, place, attributes, expiresAtMs } = patch
  if (profile !== undefined && hasProfile?.(profile) === false) {
    report('profile', 'is no profile of mqtt.profiles in the configuration')
  }
  if (place !== undefined && place !== null) checkPlace(place, report)
  if (attributes !== undefined) checkAttributes(attributes, report)
  if (typeof expiresAtMs === 'number' && !isTime(expiresAtMs)) report('expiresAt', 'is no time')
}

/** A secret given, of the kind that it is for. */
export function checkSecret(
  kind: CredentialKind,
  { password, certificate }: Pick<RotationInput, 'password' | 'certificate'>,
  { minPasswordLength }: Rules,
  report: Report,
): void {
  if (password !== undefined && kind !== 'password') report('password', `is not for kind ${kind}`)
  else if (password !== undefined) checkPassword(password, minPasswordLength, report)
  if (kind === 'certificate') checkCertificate(certificate ?? {}, report)
  else if (certificate !== undefined) report('certificate', `is not for kind ${kind}`)
}

function checkPassword(password: string, minLength: number, report: Report): void {
  if (!checkText(password, MAX_PASSWORD_CHARACTERS, 'password', report)) return
  if ([...password].length < minLength) report('password', `is shorter than ${minLength} characters`)
}

function checkCertificate(certificate: CertificateInput, report: Report): void {
  const parts = CERTIFICATE_PARTS.filter((part) => certificate[part] !== undefined)
  if (parts.length !== 1) return report('certificate', `must have one of ${CERTIFICATE_PARTS.join(', ')}`)
  const part = parts[0]!
  const value = certificate[part]!
  const key = `certificate.${part}`
  if (!checkText(value, MAX_CERTIFICATE_TEXT, key, report)) return
  if (part === 'fingerprint' && !/^[0-9a-f]{64}$/.test(fingerprintOf(value))) {
    report(key, 'is not a SHA-256 fingerprint: 64 hexadecimal digits')
  }
  if (part === 'alternativeName' && !/^[A-Za-z ]+:./.test(value)) {
    report(key, 'does not say its kind, as in DNS:imm-01.plant or URI:urn:plant:imm-01')
  }
}

/** As openssl prints it, too: AB:CD:… */
export function fingerprintOf(text: string): string {
  return text.replaceAll(':', '').toLowerCase()
}

function checkPlace(place: string, report: Report): void {
  if (!checkText(place, MAX_PLACE_CHARACTERS, 'place', report)) return
  const fault = placeFault(place)
  if (fault !== undefined) report('place', fault)
}

function checkAttributes(attributes: Readonly<Record<string, string>>, report: Report): void {
  const entries = Object.entries(attributes)
  if (entries.length > MAX_ATTRIBUTES) report('attributes', `are more than ${MAX_ATTRIBUTES}`)
  for (const [name, value] of entries) {
    const key = `attributes.${name}`
    if (!/^[a-zA-Z][\w-]{0,63}$/.test(name))
      report(key, 'is no name: a letter, then letters, digits, _ and -')
    else if (OWN_PLACEHOLDERS.has(name)) report(key, 'is a placeholder of its own')
    else if (checkText(value, MAX_VALUE_CHARACTERS, key, report) && /[/+#]/.test(value)) {
      report(key, 'contains /, + or #, which no level of a topic can')
    }
  }
}

function isTime(ms: number): boolean {
  return Number.isSafeInteger(ms) && ms >= 0 && ms <= 8.64e15
}
