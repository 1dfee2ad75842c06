/** Levels that the topic matchers of Aedes can take. */
export const MAX_TOPIC_LEVELS = 100

/** What only the broker publishes to; the second are the births that a Sparkplug-aware server keeps. */
const OWN_TOPICS = ['$SYS/', '$sparkplug/'] as const

/** What makes a topic unfit to publish to, or undefined. */
export function topicFault(topic: string): string | undefined {
  if (topic === '') return 'it is empty' // MQTT-4.7.3-1
  if (topic.includes('+') || topic.includes('#')) return 'it has a wildcard' // MQTT-3.3.2-2
  if (topic.split('/').length > MAX_TOPIC_LEVELS) return `it has more than ${MAX_TOPIC_LEVELS} levels`
  return reservedFault(topic)
}

/** The part of `topicFault` that Aedes leaves open for PUBLISH packets; called for each of them. */
export function reservedFault(topic: string): string | undefined {
  const owned = OWN_TOPICS.find((prefix) => topic.startsWith(prefix))
  if (owned !== undefined) return `topics under ${owned} are the broker’s own`
  // MQTT-1.5.3-2; a subscriber that checks it would close its connection.
  if (topic.includes('\0')) return 'it contains U+0000'
  return undefined
}
