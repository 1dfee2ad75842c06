import type { DeviceStatus } from '../core/registry.js'
import { identifierFault } from './identifiers/handle.js'
import { SECTORS } from './sectors.js'

/** What may be stated of a device; what is absent is empty, or as said. */
export interface DeviceInput {
  /** Confirmed when absent, and as it was for a device that was rejected. */
  readonly status?: DeviceStatus | undefined
  readonly name?: { readonly zh?: string | undefined; readonly en?: string | undefined } | undefined
  readonly site?: string | undefined
  readonly area?: string | undefined
  readonly line?: string | undefined
  /** The id when absent or empty. */
  readonly device?: string | undefined
  readonly model?: string | undefined
  readonly vendor?: string | undefined
  readonly sector?: string | undefined
  readonly expectedIntervalMs?: number | undefined
  readonly survivalTimeMs?: number | undefined
  readonly identifier?: string | undefined
  readonly labels?: Readonly<Record<string, string>> | undefined
}

/** What changes: absent leaves a field as it is, null empties it; names and labels one by one (RFC 7396). */
export type DevicePatch = {
  readonly [K in Exclude<keyof DeviceInput, 'name' | 'labels'>]?: DeviceInput[K] | null
} & {
  readonly name?:
    | { readonly zh?: string | null | undefined; readonly en?: string | null | undefined }
    | null
    | undefined
  readonly labels?: Readonly<Record<string, string | null>> | null | undefined
}

/** What is wrong with a field; `key` is its path, such as `labels.owner`, `message` goes on from it. */
export interface Violation {
  readonly key: string
  readonly message: string
}

export const MAX_ID_CHARACTERS = 128
const MAX_TEXT_CHARACTERS = 256
const MAX_IDENTIFIER_CHARACTERS = 255
const MAX_LABELS = 64
const MAX_INTERVAL_MS = 31 * 86_400_000
const STATUSES: readonly unknown[] = ['confirmed', 'discovered', 'rejected']
const CONTROL = /\p{Cc}/u
const HALF_CHARACTER = /\p{Cs}/u

type Report = (key: string, message: string) => void
type Check = (value: unknown, key: string, report: Report) => void

/** The API has other things under these names: /api/v1/devices/export, or what `.` and `..` mean in a path. */
const RESERVED_IDS: ReadonlySet<unknown> = new Set(['.', '..', 'export', 'import'])

const CHECKS: Readonly<Record<keyof DeviceInput, Check>> = {
  status: checkStatus,
  name: checkName,
  site: checkLevel,
  area: checkLevel,
  line: checkLevel,
  device: checkText(MAX_TEXT_CHARACTERS),
  model: checkText(MAX_TEXT_CHARACTERS),
  vendor: checkText(MAX_TEXT_CHARACTERS),
  sector: checkSector,
  expectedIntervalMs: checkDuration(1),
  survivalTimeMs: checkDuration(0),
  identifier: checkIdentifier,
  labels: checkLabels,
}

/** All that is wrong with what is stated of a device, by whoever: the types are checked too. */
export function inputViolations(id: unknown, input: unknown): Violation[] {
  return [...idViolations(id), ...fieldViolations(input, false)]
}

export function patchViolations(patch: unknown): Violation[] {
  return fieldViolations(patch, true)
}

export function isValidId(id: unknown): id is string {
  return idViolations(id).length === 0
}

function idViolations(id: unknown): Violation[] {
  const violations: Violation[] = []
  const report: Report = (key, message) => violations.push({ key, message })
  if (id === '') report('id', 'is empty')
  else if (RESERVED_IDS.has(id)) report('id', 'means something else in addresses')
  else checkText(MAX_ID_CHARACTERS)(id, 'id', report)
  return violations
}

function fieldViolations(fields: unknown, isPatch: boolean): Violation[] {
  if (!isObject(fields)) return [{ key: '', message: 'is not an object' }]
  const violations: Violation[] = []
  const report: Report = (key, message) => violations.push({ key, message })
  for (const [key, value] of Object.entries(fields)) {
    if (!isField(key)) report(key, 'is not a field of a device that can be written')
    else if (value === null && isPatch && key !== 'status') continue
    else if (value !== undefined) CHECKS[key](isPatch ? withoutNulls(value) : value, key, report)
  }
  return violations
}

function isField(key: string): key is keyof DeviceInput {
  return Object.hasOwn(CHECKS, key)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A patch empties the entries that it states as null. */
function withoutNulls(value: unknown): unknown {
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== null))
}

function checkIdentifier(value: unknown, key: string, report: Report): void {
  const isText = typeof value === 'string' && value.length <= MAX_IDENTIFIER_CHARACTERS
  if (!isText) return checkText(MAX_IDENTIFIER_CHARACTERS)(value, key, report)
  const fault = value === '' ? undefined : identifierFault(value)
  if (fault !== undefined) report(key, fault)
}

function checkText(maxCharacters: number): Check {
  return (value, key, report) => {
    if (typeof value !== 'string') report(key, 'is not text')
    else if (CONTROL.test(value)) report(key, 'contains a control character')
    else if (HALF_CHARACTER.test(value)) report(key, 'contains half a character (a lone surrogate)')
    else if (value.length > maxCharacters) report(key, `is longer than ${maxCharacters} characters`)
  }
}

/** A site, an area or a line stands for one level of a topic; a device may be called by a client id, which is any text. */
function checkLevel(value: unknown, key: string, report: Report): void {
  checkText(MAX_TEXT_CHARACTERS)(value, key, report)
  if (typeof value === 'string' && /[/+#]/.test(value)) {
    report(key, 'contains /, + or #, which no level of a topic can')
  }
}

function checkStatus(value: unknown, key: string, report: Report): void {
  if (!STATUSES.includes(value)) report(key, 'is not confirmed, discovered or rejected')
}

function checkSector(value: unknown, key: string, report: Report): void {
  if (value === '') return
  if (typeof value !== 'string') report(key, 'is not text: a code keeps its leading zero only in quotes')
  else if (!SECTORS.has(value)) report(key, 'is not a division of GB/T 4754-2017, 01 to 97')
}

function checkDuration(minimumMs: number): Check {
  return (value, key, report) => {
    if (!Number.isInteger(value)) report(key, 'is not a whole number of milliseconds')
    else if (Number(value) < minimumMs || Number(value) > MAX_INTERVAL_MS) {
      report(key, `is not between ${minimumMs} and ${MAX_INTERVAL_MS} ms (31 days)`)
    }
  }
}

function checkName(value: unknown, key: string, report: Report): void {
  if (!isObject(value)) return report(key, 'is not an object with zh and en')
  for (const [language, text] of Object.entries(value)) {
    if (language !== 'zh' && language !== 'en') report(`${key}.${language}`, 'is not a language: zh or en')
    else if (text !== undefined) checkText(MAX_TEXT_CHARACTERS)(text, `${key}.${language}`, report)
  }
}

function checkLabels(value: unknown, key: string, report: Report): void {
  if (!isObject(value)) return report(key, 'is not an object of texts')
  const labels = Object.entries(value)
  if (labels.length > MAX_LABELS) report(key, `are more than ${MAX_LABELS}`)
  for (const [name, text] of labels) {
    if (name === '') report(key, 'has a label without a name')
    else checkText(MAX_ID_CHARACTERS)(name, `${key}.${name}`, report)
    checkText(MAX_TEXT_CHARACTERS)(text, `${key}.${name}`, report)
  }
}
