import { isIP } from 'node:net'
import { LEVELS } from '../core/device.js'
import { suggest } from './suggest.js'

/** What is wrong with a value, or undefined. The schema names these as `format`. */
type Fault = (value: string) => string | undefined

const NAMED_LEVEL = /^\{(\w*)\}$/
const LEVEL_LIST = LEVELS.map((level) => `{${level}}`).join(', ')
/** MQTT 3.1.1, section 1.5.3: a topic is a string of at most 65,535 bytes. */
const MAX_TOPIC_BYTES = 65_535

function topicPattern(pattern: string): string | undefined {
  if (Buffer.byteLength(pattern) > MAX_TOPIC_BYTES) return `is longer than ${MAX_TOPIC_BYTES} bytes`
  if (pattern.includes('\0')) return 'contains the character NUL'
  const parts = pattern.split('/')
  const faults = parts.map((part, at) => faultOfLevel(part, at === parts.length - 1))
  return faults.find((fault) => fault !== undefined) ?? repeatedLevel(parts)
}

function faultOfLevel(part: string, isLast: boolean): string | undefined {
  if (part === '#') return isLast ? undefined : 'has # before its end; # is allowed as the last level only'
  if (part === '+') return undefined
  const name = NAMED_LEVEL.exec(part)?.[1]
  if (name !== undefined) return faultOfName(name)
  if (/[{}]/.test(part)) return `has the level "${part}"; a named level stands alone between slashes`
  if (/[+#]/.test(part)) return `has the level "${part}"; + and # stand alone between slashes`
  return undefined
}

function faultOfName(name: string): string | undefined {
  if (LEVELS.some((level) => level === name)) return undefined
  const near = suggest(name, LEVELS)
  const hint = near === undefined ? `the levels are ${LEVEL_LIST}` : `did you mean {${near}}?`
  return `has the unknown level {${name}}; ${hint}`
}

function repeatedLevel(parts: readonly string[]): string | undefined {
  const repeated = parts.find((part, at) => NAMED_LEVEL.test(part) && parts.indexOf(part) !== at)
  return repeated === undefined ? undefined : `names ${repeated} more than once`
}

const STORE_URL_FAULT = 'must be an address such as http://127.0.0.1:8086'

function storeUrl(value: string): string | undefined {
  if (!URL.canParse(value)) return STORE_URL_FAULT
  const url = new URL(value)
  if (!/^https?:$/.test(url.protocol)) return STORE_URL_FAULT
  if (url.username !== '' || url.password !== '') {
    return 'must not contain a user or password; credentials have keys of their own'
  }
  if (url.search !== '' || url.hash !== '') return 'must not contain ? or #; the sink adds its own parameters'
  return undefined
}

function origin(value: string): string | undefined {
  const isOrigin = URL.canParse(value) && /^https?:/.test(value) && new URL(value).origin === value
  return isOrigin ? undefined : 'must be an origin such as https://console.example, without a path'
}

function timeZone(value: string): string | undefined {
  const fault = 'must be the IANA name of a time zone, such as Asia/Shanghai'
  // An offset such as +08:00 names no zone: it knows nothing of clocks that change.
  if (!/^[A-Za-z]/.test(value)) return fault
  try {
    new Intl.DateTimeFormat('en', { timeZone: value })
    return undefined
  } catch {
    return fault
  }
}

const OFFSET = /^[+-](?:[01]\d|2[0-3]):[0-5]\d$/

function zoneOrOffset(value: string): string | undefined {
  if (OFFSET.test(value) || timeZone(value) === undefined) return undefined
  return 'must be the IANA name of a time zone, such as Asia/Shanghai, or an offset such as +08:00'
}

function regularExpression(value: string): string | undefined {
  try {
    new RegExp(value, 'u')
    return undefined
  } catch (error) {
    return `is no regular expression: ${(error as Error).message}`
  }
}

function resolverUrl(value: string): string | undefined {
  const fault = 'must be an address such as https://resolver.example'
  if (!URL.canParse(value) || !/^https?:\/\//i.test(value)) return fault
  const url = new URL(value)
  if (url.username !== '' || url.password !== '') return 'must not contain a user or password'
  return url.search === '' && url.hash === '' ? undefined : 'must not contain ? or #'
}

function ipNetwork(value: string): string | undefined {
  const fault = 'must be an IP address or a network such as 10.1.0.0/16'
  const [address = '', bits, ...rest] = value.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return fault
  if (bits === undefined) return undefined
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128) ? undefined : fault
}

export const FORMATS = {
  origin,
  'ip-network': ipNetwork,
  'topic-pattern': topicPattern,
  'regular-expression': regularExpression,
  'resolver-url': resolverUrl,
  'store-url': storeUrl,
  'time-zone': timeZone,
  'zone-or-offset': zoneOrOffset,
} as const satisfies Record<string, Fault>
