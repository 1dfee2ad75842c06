import { Temporal } from 'temporal-polyfill'
import { toNanoseconds } from '../timestamp.js'

const LOCAL = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?$/
const FIXED = /^([+-])(\d\d):(\d\d)$/
const MINUTE_CHARACTERS = 16
const REMEMBERED_MINUTES = 1_024
const NS_PER_MINUTE = 60_000_000_000n

/**
 * Local times of one zone. How far the zone is from UTC is found once per minute of local time: clocks are set at full
 * minutes only.
 */
export class Zone {
  readonly #name: string
  readonly #fixedMinutes: number | undefined
  #offsets = new Map<string, bigint>()

  constructor(name: string) {
    this.#name = name
    this.#fixedMinutes = fixedMinutes(name)
  }

  /** Nanoseconds since the epoch of a local time; undefined if the text is none that can be stored. */
  toNanoseconds(text: string): string | undefined {
    const asUtc = toNanoseconds(text, 'iso8601')
    if (asUtc === undefined) return undefined
    const ns = BigInt(asUtc) - this.#offset(text.slice(0, MINUTE_CHARACTERS))
    return ns < 0n ? undefined : toNanoseconds(String(ns), 'ns')
  }

  /** Whether a text is a date and a time without an offset. */
  isLocal(text: string): boolean {
    return LOCAL.test(text)
  }

  /** In nanoseconds, east of Greenwich positive. */
  #offset(minute: string): bigint {
    if (this.#fixedMinutes !== undefined) return BigInt(this.#fixedMinutes) * NS_PER_MINUTE
    const known = this.#offsets.get(minute)
    if (known !== undefined) return known
    const local = Temporal.PlainDateTime.from(minute.replace(/[t ]/, 'T'))
    // Of a local time that is there twice, the first; of one that is skipped, as if clocks had not been set yet.
    const { epochNanoseconds } = local.toZonedDateTime(this.#name, { disambiguation: 'compatible' })
    const offset = local.toZonedDateTime('UTC').epochNanoseconds - epochNanoseconds
    if (this.#offsets.size >= REMEMBERED_MINUTES) this.#offsets = new Map()
    this.#offsets.set(Buffer.from(minute).toString(), offset)
    return offset
  }
}

function fixedMinutes(name: string): number | undefined {
  const [, sign, hours, minutes] = FIXED.exec(name) ?? []
  if (sign === undefined) return undefined
  const total = Number(hours) * 60 + Number(minutes)
  return sign === '-' ? -total : total
}
