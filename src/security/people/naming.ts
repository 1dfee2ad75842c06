import type { Violation } from './violation.js'

const MAX_LENGTH = 64
const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._@-]*$/u
const MAX_SCOPE_LEVELS = 4
const MAX_SCOPE_LENGTH = 512

/** A name as it is kept and compared: `Anna` and `anna`, typed on whatever keyboard, are one person. */
export function plainName(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}

export function nameViolations(name: string): Violation[] {
  if (name.length <= MAX_LENGTH && NAME.test(name)) return []
  const message = `must be 1 to ${MAX_LENGTH} letters, digits or . _ @ -, the first a letter or a digit`
  return [{ path: 'name', message }]
}

/** A path of the tree: '' or up to four levels such as `ningbo/moulding`. */
export function scopeViolations(scope: string): Violation[] {
  const levels = scope.split('/')
  const isPath = levels.length <= MAX_SCOPE_LEVELS && levels.every((level) => level !== '' && isPlain(level))
  if (scope === '' || (isPath && scope.length <= MAX_SCOPE_LENGTH)) return []
  const message = 'must be a place of the tree such as ningbo/moulding, or empty for all of it'
  return [{ path: 'scope', message }]
}

export function displayNameViolations(text: string): Violation[] {
  if (text.length <= MAX_LENGTH * 2 && isPlain(text)) return []
  return [{ path: 'displayName', message: `must be ${MAX_LENGTH * 2} characters at the most, on one line` }]
}

function isPlain(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text)
}
