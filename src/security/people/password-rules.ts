import type { Violation } from './violation.js'

const MAX_LENGTH = 1_024

/**
 * What people choose first, of those long enough to be let through at all (NIST SP 800-63B, 5.1.1.2: known, repeated and
 * sequential ones are refused, and so is the name; no rules of composition).
 */
const COMMON: ReadonlySet<string> = new Set(
  `12345678 123456789 1234567890 0123456789 12345678910 123456789012 1234567890123 11223344 1122334455 112233445566
  123123123 123123123123 123456123456 147258369 147258369000 987654321 9876543210 0987654321 qwertyui qwertyuiop
  qwertyuiopasdf qwerty123 qwerty123456 qwertyqwerty asdfghjkl asdfghjkl123 1qaz2wsx 1qaz2wsx3edc 1q2w3e4r 1q2w3e4r5t
  1q2w3e4r5t6y zaq12wsx zaq12wsxcde3 abcdefgh abcdefghijkl abcd1234 abc123456 abc123456789 a123456789 aa123456789
  password passw0rd password1 password12 password123 password1234 password12345 password123456 passwordpassword
  p@ssw0rd p@ssw0rd123 p@ssw0rd1234 p@ssword123 letmein123 letmein12345 welcome123 welcome1234 welcome12345 changeme
  changeme123 changeme1234 administrator administrator1 admin123 admin1234 admin12345 admin123456 admin123456789
  adminadmin adminadminadmin rootroot root123456 superuser supervisor operator123 operator1234 engineer1234
  linegate linegate123 linegate1234 linegate12345 linegateadmin iloveyou iloveyou1234 woaini1314 woaini520 woaini1314520
  5201314520 1314520520 sunshine princess football baseball trustno1 dragon123 master123 monkey123 test1234
  test12345678 testtesttest secret123 secretsecret default1234 temppassword industry40 siemens123 scadascada
  scada123456 plc123456789 mqttmqttmqtt influxdb1234 grafanagrafana`.split(/\s+/),
)

export function passwordViolations(password: string, name: string, minLength: number): Violation[] {
  const message = faultOf(password.normalize('NFKC'), name, minLength)
  return message === undefined ? [] : [{ path: 'password', message }]
}

function faultOf(password: string, name: string, minLength: number): string | undefined {
  const characters = Array.from(password)
  const lower = password.toLowerCase()
  if (characters.length < minLength) return `must have ${minLength} characters at least`
  if (password.length > MAX_LENGTH) return `must have ${MAX_LENGTH} characters at the most`
  if (isMadeOfName(lower, name)) return 'must not be the name'
  if (COMMON.has(lower) || isRepeated(lower)) return 'is one of those that are tried first'
  return undefined
}

/** `annaanna1234` for anna: the name, and hardly anything else. */
function isMadeOfName(password: string, name: string): boolean {
  return name.length > 2 && password.replaceAll(name, '').replace(/[\d\W_]/g, '') === ''
    ? password.includes(name)
    : false
}

/** One or two characters over and over. */
function isRepeated(password: string): boolean {
  return new Set(password).size <= 2
}
