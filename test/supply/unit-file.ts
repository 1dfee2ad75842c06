/** The directives of a unit of systemd; one that is given several times has several values. */
export function directivesOf(text: string): ReadonlyMap<string, readonly string[]> {
  const directives = new Map<string, string[]>()
  for (const line of text.split('\n')) {
    const at = line.indexOf('=')
    if (line.startsWith('#') || line.startsWith('[') || at < 0) continue
    const key = line.slice(0, at)
    directives.set(key, [...(directives.get(key) ?? []), line.slice(at + 1)])
  }
  return directives
}
