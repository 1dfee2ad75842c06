import { checkName, checkPatch, type Rules } from './credential-input.js'
import { DEFAULT_PROFILE } from './new-credential.js'
import { checkText, type Report } from './violations.js'

/** What a code is for; `{name}` in name and place stands for what the device calls itself. */
export interface EnrolmentTerms {
  /** `imm-01`, or `line1-{name}`. */
  readonly name: string
  readonly profile: string
  /** `ningbo/moulding/line1/{name}`; undefined for a client that is no device. */
  readonly place: string | undefined
  readonly attributes: Readonly<Record<string, string>>
}

/** Never changed in place. */
export interface EnrolmentCode {
  readonly id: string
  /** SHA-256 of the whole code, hexadecimal. */
  readonly digest: string
  readonly terms: EnrolmentTerms
  readonly uses: number
  readonly used: number
  readonly createdAtMs: number
  readonly expiresAtMs: number
}

export interface EnrolmentInput {
  /** `{name}` when absent. */
  readonly name?: string | undefined
  readonly profile?: string | undefined
  readonly place?: string | undefined
  readonly attributes?: Readonly<Record<string, string>> | undefined
  readonly uses?: number | undefined
  /** How long it is good; 24 hours when absent. */
  readonly validMs?: number | undefined
}

export type EnrolmentState = 'open' | 'used' | 'expired'

const PLACEHOLDER = '{name}'
const DEFAULT_VALID_MS = 86_400_000
const MAX_VALID_MS = 31 * DEFAULT_VALID_MS
const MAX_USES = 10_000

export function enrolmentStateOf({ used, uses, expiresAtMs }: EnrolmentCode, nowMs: number): EnrolmentState {
  if (used >= uses) return 'used'
  return expiresAtMs <= nowMs ? 'expired' : 'open'
}

export function checkEnrolment(input: EnrolmentInput, rules: Rules, report: Report): void {
  const { name = PLACEHOLDER, profile, place, attributes, uses = 1, validMs = DEFAULT_VALID_MS } = input
  checkName(filled(name, 'x'), 'name', report)
  checkPatch(
    { profile: profile ?? DEFAULT_PROFILE, place: place && filled(place, 'x'), attributes },
    rules,
    report,
  )
  if (!Number.isInteger(uses) || uses < 1 || uses > MAX_USES) report('uses', `is not from 1 to ${MAX_USES}`)
  else if (uses > 1 && !name.includes(PLACEHOLDER)) {
    report('name', 'must hold {name} in a code of several uses: each device has a name of its own')
  }
  if (!(validMs >= 1_000 && validMs <= MAX_VALID_MS)) {
    report('validFor', 'is not from one second to 31 days')
  }
}

/** Of what was checked. */
export function newEnrolmentCode(
  { name, profile, place, attributes, uses, validMs }: EnrolmentInput,
  token: { readonly id: string; readonly digest: Buffer },
  nowMs: number,
): EnrolmentCode {
  return {
    id: token.id,
    digest: token.digest.toString('hex'),
    terms: {
      name: name ?? PLACEHOLDER,
      profile: profile ?? DEFAULT_PROFILE,
      place,
      attributes: attributes ?? {},
    },
    uses: uses ?? 1,
    used: 0,
    createdAtMs: nowMs,
    expiresAtMs: nowMs + (validMs ?? DEFAULT_VALID_MS),
  }
}

/** Name and place of the device that uses the code; `name` is what it calls itself. */
export function enrolledAs(
  terms: EnrolmentTerms,
  name: string | undefined,
): { readonly name: string; readonly place: string | undefined } {
  const said = name ?? ''
  return { name: filled(terms.name, said), place: terms.place && filled(terms.place, said) }
}

/** Whether a device that uses the code must say its name. */
export function asksName({ name, place = '' }: EnrolmentTerms): boolean {
  return name.includes(PLACEHOLDER) || place.includes(PLACEHOLDER)
}

export function checkSaidName(terms: EnrolmentTerms, name: string | undefined, report: Report): void {
  if (!asksName(terms)) return
  if (name === undefined) report('name', 'must be given: this code is not for one name')
  else if (checkText(name, 128, 'name', report)) checkName(name, 'name', report)
}

function filled(template: string, name: string): string {
  return template.replaceAll(PLACEHOLDER, () => name)
}
