import type { StoredDeadLetter } from '../core/dead-letter.js'
import { LEVELS } from '../core/device.js'
import { LineProtocolParser, parseSeries } from '../core/line-protocol-parser.js'
import type { PointBatch } from '../core/point-batch.js'
import type { Arrival } from './point-in-hand.js'
import type { Sources } from './sources.js'
import type { Target } from './target.js'

const LEVEL_TAGS: ReadonlySet<string> = new Set(LEVELS)
/** Above the counts that an arrival clock gives within a millisecond, unless half a million points come in one. */
const FIRST_NS = 500_000
/** For the points of one letter. As many letters as fit are more than can come in one millisecond. */
const NS_PER_LETTER = 1_024

/** Of a letter's message: when it first came. Its points get times that no other point of that time has. */
export function arrivalOf({ id, timeMs }: StoredDeadLetter): Arrival {
  let given = 0
  return {
    ms: timeMs,
    nextNs: () => `${timeMs}${FIRST_NS + ((id * NS_PER_LETTER + given++) % FIRST_NS)}`,
  }
}

/** Puts the point that quality refused into the batch, as it was decoded; says whom it is for, or why for nobody. */
export function pointOfLetter(
  letter: StoredDeadLetter,
  sources: Sources,
  batch: PointBatch,
): Target | string {
  const source = sources.identify(letter.topic, letter.clientId)
  if (source === undefined) return `no route matches the topic ${letter.topic}`
  const device = sources.deviceAt(letter.slot)
  if (device === undefined) return `the device ${letter.device} was removed`
  const parser = new LineProtocolParser()
  parser.open(letter.payload.toString())
  if (!parser.next()) return 'it holds no point'
  batch.clear()
  for (let f = 0; f < parser.fields; f++) {
    batch.field(parser.names[f]!, parser.types[f]!, parser.texts[f]!)
    batch.unit(letter.units?.[parser.names[f]!] ?? '')
  }
  const { measurement, tags } = parseSeries(parser.series)
  // Those of the device as it was then; a payload may have a tag with the name of a level that the device has not.
  const levels = letter.device.split('/')
  const own = tags.filter(({ name, value }) => !LEVEL_TAGS.has(name) || !levels.includes(value))
  batch.point(measurement, own, parser.time)
  return device === source.device ? source.own : sources.targetOf(source.route, device)
}
