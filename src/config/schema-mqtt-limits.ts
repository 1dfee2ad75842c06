import Type from 'typebox'
import { SECTION, wholeNumber } from './schema-parts.js'

/** A limit that 0 switches off. */
function limit(description: string, fallback: number, maximum = Number.MAX_SAFE_INTEGER) {
  return wholeNumber(`${description} 0: no limit.`, { default: fallback, minimum: 0, maximum })
}

export const MqttLimits = Type.Object(
  {
    connectTimeoutMs: wholeNumber(
      'A connection that is not let in within this time, TLS and CONNECT included, is closed.',
      { default: 10_000, minimum: 500, maximum: 120_000 },
    ),
    connections: limit('Connections at once.', 100_000),
    connectionsPerAddress: limit('Connections at once from one IP address.', 20_000),
    connectsPerAddress: limit(
      'New connections a second from one IP address; ten seconds of it may come at once.',
      2_000,
    ),
    messagesPerSecond: limit(
      'Messages a second of one client; past two seconds of it at once, the client is read more slowly, and loses nothing.',
      50_000,
    ),
    bytesPerSecond: limit('Bytes a second of one client, likewise.', 67_108_864),
    topicBytes: wholeNumber(
      'Longest topic or topic filter; a client that names a longer one is disconnected.',
      {
        default: 1_024,
        minimum: 64,
        maximum: 65_535,
      },
    ),
    topicLevels: wholeNumber('Most levels of a topic or topic filter, likewise.', {
      default: 50,
      minimum: 4,
      maximum: 100,
    }),
    subscriptionsPerClient: limit('Subscriptions of one client; a SUBSCRIBE for more is refused.', 1_000),
    inFlightPerClient: wholeNumber(
      'Messages of one client that may wait for the disk or for the rest of their QoS 2 exchange; past it, the client is not read, or disconnected if they wait for its own PUBREL.',
      { default: 4_096, minimum: 16, maximum: 65_535 },
    ),
    retainedMessages: limit('Retained messages in total; one more topic is not retained.', 100_000),
    retainedBytes: limit('Bytes of all retained messages, topics included.', 67_108_864),
  },
  {
    ...SECTION,
    description:
      'What one client, one address and all together may take. Each limit that bites is counted and logged.',
  },
)
