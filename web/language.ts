import { type Catalogue, en, type TextKey, zhCN } from './catalogue.js'

const CATALOGUES = { en, 'zh-CN': zhCN } as const satisfies Record<string, Catalogue>
type Language = keyof typeof CATALOGUES

const STORAGE_KEY = 'linegate.language'

let language: Language = 'en'
let whole = new Intl.NumberFormat('en')
let tenths = new Intl.NumberFormat('en')
let percents = new Intl.NumberFormat('en')
let clock = new Intl.DateTimeFormat('en')
let day = new Intl.DateTimeFormat('en')

/** What stands where there is nothing to divide by. */
const NO_RATE = '—'
const TENTH_OF_PERCENT = 0.001

/** The language chosen before, else the browser's first that the page has. */
export function startLanguage(): void {
  const chosen = remembered()
  const wanted = chosen === null ? navigator.languages : [chosen]
  use(wanted.map(matching).find((match) => match !== undefined) ?? 'en')
}

export function switchLanguage(): void {
  use(language === 'en' ? 'zh-CN' : 'en')
  try {
    localStorage.setItem(STORAGE_KEY, language)
  } catch {
    // A browser that keeps nothing for this page asks again next time.
  }
}

/** The one that the gateway has for this person, unless another one was chosen in this browser. */
export function preferLanguage(wanted: string): void {
  const match = matching(wanted)
  if (remembered() === null && match !== undefined) use(match)
}

export function text(key: TextKey, values: Readonly<Record<string, string>> = {}): string {
  return CATALOGUES[language][key].replace(/\{(\w+)\}/g, (hole, name: string) => values[name] ?? hole)
}

export function count(value: number): string {
  return whole.format(value)
}

/** A rate: whole numbers when they are large, a tenth when they are small. */
export function rate(value: number): string {
  return value >= 100 ? whole.format(Math.round(value)) : tenths.format(value)
}

/** A fraction to a tenth of a percent. All but all is not 100 %, and hardly any is not 0 %. */
export function percent(fraction: number | null): string {
  if (fraction === null) return NO_RATE
  const isPart = fraction > 0 && fraction < 1
  const shown = isPart ? Math.min(Math.max(fraction, TENTH_OF_PERCENT), 1 - TENTH_OF_PERCENT) : fraction
  return percents.format(shown)
}

/** The one of two sentences that is in the language of now. */
export function sentence({ en: english, zh }: { readonly en: string; readonly zh: string }): string {
  return language === 'en' ? english : zh
}

export function timeOfDay(time: string): string {
  return clock.format(new Date(time))
}

/** With its day, if that is not the day of `nowMs`. */
export function moment(time: string, nowMs: number): string {
  const date = new Date(time)
  const isToday = date.toDateString() === new Date(nowMs).toDateString()
  return isToday ? clock.format(date) : `${day.format(date)} ${clock.format(date)}`
}

/** In whole units, since it is written anew each second. */
export function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 120) return text('seconds', { value: count(seconds) })
  if (seconds < 7200) return text('minutes', { value: count(Math.floor(seconds / 60)) })
  if (seconds < 172_800) return text('hours', { value: count(Math.floor(seconds / 3600)) })
  return text('days', { value: count(Math.floor(seconds / 86_400)) })
}

export function duration(ms: number): string {
  if (ms < 1000) return text('milliseconds', { value: count(Math.round(ms)) })
  if (ms < 120_000) return text('seconds', { value: tenths.format(ms / 1000) })
  if (ms < 7_200_000) return text('minutes', { value: count(Math.round(ms / 60_000)) })
  return text('hours', { value: tenths.format(ms / 3_600_000) })
}

/** Writes the texts of the elements that name theirs in `data-text`, and in `data-title` what they say when pointed at. */
export function translatePage(): void {
  document.documentElement.lang = language
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]')) {
    element.textContent = text(element.dataset.text as TextKey)
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-title]')) {
    element.title = text(element.dataset.title as TextKey)
  }
}

function use(chosen: Language): void {
  language = chosen
  whole = new Intl.NumberFormat(chosen, { maximumFractionDigits: 0 })
  tenths = new Intl.NumberFormat(chosen, { maximumFractionDigits: 1 })
  percents = new Intl.NumberFormat(chosen, { style: 'percent', maximumFractionDigits: 1 })
  day = new Intl.DateTimeFormat(chosen, { month: 'short', day: 'numeric' })
  const timeFormat = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const
  clock = new Intl.DateTimeFormat(chosen, timeFormat)
}

function remembered(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY)
  } catch {
    return null
  }
}

function matching(tag: string): Language | undefined {
  if (tag.startsWith('zh')) return 'zh-CN'
  return tag.startsWith('en') ? 'en' : undefined
}
