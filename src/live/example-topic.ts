/** A topic that the pattern matches, for the first message of a newcomer. */
export function exampleTopic(pattern = ''): string {
  const levels = { '{site}': 'ningbo', '{area}': 'moulding', '{line}': 'line1', '{device}': 'imm-01' }
  return Object.entries(levels).reduce((topic, [name, level]) => topic.replace(name, level), pattern)
}
