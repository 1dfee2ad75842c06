/**
 * Which topics two filters have in common (MQTT 3.1.1, section 4.7): `+` is one level, `#` any number of them, the
 * parent included; wildcards at the first level match no topic that begins with `$`.
 */

/** A topic filter, split into its levels. */
export type FilterLevels = readonly string[]

export function levelsOf(filter: string): FilterLevels {
  return filter.split('/')
}

/** Whether a text is a topic filter that MQTT allows. */
export function isTopicFilter(filter: string): boolean {
  if (filter === '' || filter.includes('\0')) return false
  const levels = filter.split('/')
  return levels.every((level, i) => {
    if (level === '#') return i === levels.length - 1
    return level === '+' || !/[+#]/.test(level)
  })
}

/** Whether each topic that `narrow` matches is matched by `wide`. */
export function covers(wide: FilterLevels, narrow: FilterLevels): boolean {
  // There is no topic without a first level: # and +/# are the same.
  const inner = narrow[0] === '#' ? ['+', '#'] : narrow
  for (let i = 0; i < wide.length; i++) {
    const level = wide[i]
    const other = inner[i]
    if (level === '#') return i > 0 || !isReserved(other)
    if (other === undefined || other === '#') return false
    if (level === '+' ? i === 0 && isReserved(other) : level !== other) return false
  }
  return inner.length === wide.length
}

/** Whether some topic is matched by both. */
export function overlaps(one: FilterLevels, other: FilterLevels): boolean {
  for (let i = 0; ; i++) {
    const a = one[i]
    const b = other[i]
    if (a === '#' || b === '#') return i > 0 || !(isReserved(a) || isReserved(b))
    if (a === undefined || b === undefined) return a === b
    if (!shareLevel(a, b, i)) return false
  }
}

function shareLevel(a: string, b: string, at: number): boolean {
  if (a === b) return true
  if (a === '+') return at > 0 || !isReserved(b)
  return b === '+' && (at > 0 || !isReserved(a))
}

function isReserved(level: string | undefined): boolean {
  return level?.startsWith('$') === true
}
