import { REASON_TEXTS } from '../core/reason-texts.js'
import type { TrialFailure, TrialField, TrialMessage, TrialPoint, TrialResult } from '../core/trial.js'
import { count } from './numbers.js'
import type { Texts } from './texts.js'
import { displayWidth, fit, printable } from './width.js'

/** Of a payload, beside a failure. */
const SHOWN_COLUMNS = 100
const CONTEXT_BEFORE = 40
const NS_PER_S = 1_000_000_000n
const MARKS = { stored: '+', filtered: '-', deadLettered: '!' } as const

/** What became of one message, as lines; a failure is shown at its place in the payload. */
export function trialText(result: TrialResult, message: TrialMessage, texts: Texts): string {
  const { route, decoder, points, failure } = result
  const words = texts.try
  const head = `${printable(result.topic)}\n`
  if (route === '') return `${head}  ${words.noRoute}\n\n`
  const by = `  ${words.route} ${route} (${decoder})\n`
  if (failure !== undefined) return `${head}${by}${failureText(failure, message, texts)}\n`
  if (points.length === 0) return `${head}${by}  ${words.noPoints}\n\n`
  return `${head}${by}${points.map((point) => pointText(point, texts)).join('')}\n`
}

export function summaryText(results: readonly TrialResult[], { try: words }: Texts): string {
  const points = results.flatMap((result) => result.points)
  const failed = results.filter(({ failure }) => failure !== undefined).length
  const unrouted = results.filter(({ route }) => route === '').length
  const stored = points.filter(({ outcome }) => outcome === 'stored').length
  return `${words.summary(count(results.length), count(failed), count(unrouted), count(stored), count(points.length))}\n`
}

function pointText(point: TrialPoint, texts: Texts): string {
  const { measurement, device, tags, fields, timeNs, timeFrom, outcome, reason, message, notes } = point
  const words = texts.try
  const shownTags = Object.entries(tags).map(([name, value]) => ` ${name}=${value}`)
  const from = timeFrom === 'device' ? words.deviceTime : words.arrivalTime
  const head = `${measurement}  ${device}${shownTags.join('')}  ${timeText(timeNs)} (${from})`
  const why =
    reason === '' ? '' : `      ${outcomeText(point, texts)}: ${message || meaningOf(reason, texts)}\n`
  const noted = notes.map((note) => `      ${note}: ${meaningOf(note, texts)}\n`).join('')
  return `  ${MARKS[outcome]} ${printable(head)}\n${fieldsText(fields)}${why}${noted}`
}

function outcomeText({ outcome, reason }: TrialPoint, { try: words }: Texts): string {
  return `${outcome === 'filtered' ? words.filtered : words.deadLettered} (${reason})`
}

function meaningOf(reason: keyof typeof REASON_TEXTS, { language }: Texts): string {
  return REASON_TEXTS[reason][language]
}

function fieldsText(fields: readonly TrialField[]): string {
  const width = Math.max(...fields.map(({ name }) => displayWidth(name)))
  return fields
    .map(({ name, type, text }) => {
      const value = type === 'string' ? JSON.stringify(text) : text
      const padding = ' '.repeat(width - displayWidth(name))
      return `      ${printable(name)}${padding}  ${fit(printable(value), SHOWN_COLUMNS)}  ${type}\n`
    })
    .join('')
}

/** As a compiler shows an error: what, where, and the text with a mark under it. */
function failureText(
  { reason, message, path, line, column }: TrialFailure,
  trial: TrialMessage,
  texts: Texts,
): string {
  const what = `  ${texts.try.failed}[${reason}]: ${printable(message)}\n`
  const where = path === '' ? '' : `   --> ${printable(path)}\n`
  if (line === 0) return `${what}${where}`
  const text = trial.payload.toString().split(/\r\n|\n|\r/)[line - 1] ?? ''
  const from = Math.max(0, column - 1 - CONTEXT_BEFORE)
  const shown = printable(text.slice(from, from + SHOWN_COLUMNS))
  const mark = ' '.repeat(displayWidth(printable(text.slice(from, column - 1))))
  const number = String(line)
  const gutter = ' '.repeat(number.length)
  return `${what}${where}   ${gutter} |\n   ${number} | ${shown}\n   ${gutter} | ${mark}^\n`
}

/** RFC 3339, with all nine decimals of a time in nanoseconds. */
export function timeText(timeNs: string): string {
  const ns = BigInt(timeNs)
  const inSecond = ((ns % NS_PER_S) + NS_PER_S) % NS_PER_S
  const time = new Date(Number((ns - inSecond) / NS_PER_S) * 1_000)
  return `${time.toISOString().slice(0, -'.000Z'.length)}.${String(inSecond).padStart(9, '0')}Z`
}
