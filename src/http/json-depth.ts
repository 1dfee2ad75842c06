/** Levels of objects and lists in one body: more than any that means something here has. */
const MAX_DEPTH = 32

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b])
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d])

/**
 * Whether a text of JSON goes deeper than any body of ours, without building anything of it: what is built is walked by
 * functions that call themselves, and a text of one megabyte can hold half a million levels.
 */
export function isTooDeep(json: string, maxDepth: number = MAX_DEPTH): boolean {
  let depth = 0
  let isInText = false
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (isInText) {
      if (code === BACKSLASH) at++
      else if (code === QUOTE) isInText = false
    } else if (code === QUOTE) isInText = true
    else if (OPENING.has(code)) {
      if (++depth > maxDepth) return true
    } else if (CLOSING.has(code)) depth--
  }
  return false
}
