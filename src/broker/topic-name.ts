/** Levels that the topic matchers of Aedes can take. */
export const MAX_TOPIC_LEVELS = 100

/** UTF-8 bytes of one unit of a JavaScript string. */
const MAX_BYTES_OF_A_UNIT = 3

/** What only the broker publishes to; the second are the births that a Sparkplug-aware server keeps. */
const OWN_TOPICS = ['$SYS/', '$sparkplug/'] as const

/** What makes a topic unfit to publish to, or undefined. */
export function topicFault(topic: string): string | undefined {
  if (topic === '') return 'it is empty' // MQTT-4.7.3-1
  if (topic.includes('+') || topic.includes('#')) return 'it has a wildcard' // MQTT-3.3.2-2
  if (levelCount(topic) > MAX_TOPIC_LEVELS) return `it has more than ${MAX_TOPIC_LEVELS} levels`
  return reservedFault(topic)
}

/** Whether a text has more bytes of UTF-8 than `maxBytes`; counted only where its characters leave it open. */
export function isLongerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true
  return text.length * MAX_BYTES_OF_A_UNIT > maxBytes && Buffer.byteLength(text) > maxBytes
}

export function levelCount(topic: string): number {
  let levels = 1
  for (let at = topic.indexOf('/'); at >= 0; at = topic.indexOf('/', at + 1)) levels++
  return levels
}

/** The part of `topicFault` that Aedes leaves open for PUBLISH packets; called for each of them. */
export function reservedFault(topic: string): string | undefined {
  const owned = OWN_TOPICS.find((prefix) => topic.startsWith(prefix))
  if (owned !== undefined) return `topics under ${owned} are the broker’s own`
  // MQTT-1.5.3-2; a subscriber that checks it would close its connection.
  if (topic.includes('\0')) return 'it contains U+0000'
  return undefined
}
