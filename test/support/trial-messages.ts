import { overlaid } from '../../src/config/overlay.js'
import { parseConfig } from '../../src/config/validate.js'
import type { TrialMessage } from '../../src/core/trial.js'

/** All that a configuration can do to messages. */
export const TRIAL_CONFIG = overlaid(
  parseConfig(),
  `
routes:
  - topic: plant/{line}/{device}/data
    decoder: json
    mapping:
      records:
        at: 'values[*]'
        field: name
        value: v
        time: { from: ts, unit: ms }
        tags: { source: from }
        device: { device: serial }
        quality: { from: q, good: [192], otherwise: deadLetter }
        skip: [{ when: v, is: [-999] }]
  - { topic: 'plain/{device}', decoder: json, timestamp: { key: ts, unit: ms } }
  - { topic: 'shared/#', decoder: line-protocol }
  - topic: named/{device}/data
    decoder: json
    mapping:
      records: { at: 'vals[*]', field: { from: id, lookup: names }, value: val }
  - topic: named/{device}/meta
    decoder: json
    mapping:
      learn: { at: 'names[*]', table: names, key: id, name: name }
quality:
  budget: { seriesPerDevice: 6 }
  duplicates: { window: 16 }
  fields:
    temp: { range: { max: 100 } }
    flow: { deadband: { swingingDoor: 0.5 } }
    rpm: { range: { max: 10, otherwise: filter } }
`,
)

const NAMES = ['temp', 'flow', 'rpm', 'state', 'x', 'y', 'z', 'time', 'wüst "1"']
const TOPICS = [
  'plant/l1/d1/data',
  'plant/l1/d2/data',
  'plain/p1',
  'shared/a',
  'named/n1/data',
  'named/n1/meta',
  'no/route/at/all',
]
const BASE_MS = 1_763_740_800_000

/** Messages of all sorts, good and bad; the same ones for the same seed. */
export function randomMessages(seed: number, count: number, arrivalMs: number): TrialMessage[] {
  const random = seeded(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!
  return Array.from({ length: count }, () => {
    const topic = pick(TOPICS)
    const payload = Buffer.from(random() < 0.05 ? '{"values":[' : payloadFor(topic, random, pick))
    return { topic, payload, clientId: pick(['c1', 'c2']), arrivalMs }
  })
}

type Pick = <T>(from: readonly T[]) => T

function payloadFor(topic: string, random: () => number, pick: Pick): string {
  if (topic.startsWith('plant')) {
    const length = Math.floor(random() * 4)
    return JSON.stringify({ values: Array.from({ length }, () => record(random, pick)) })
  }
  if (topic.startsWith('shared'))
    return `m${pick([1, 2])},k=${pick(['a', 'b'])} v=${pick([1, 2])} ${time(pick)}000000`
  if (topic.endsWith('meta')) return '{"names":[{"id":"1","name":"pressure"}]}'
  if (topic.startsWith('named')) return `{"vals":[{"id":"${pick([1, 2])}","val":${pick([1, 2])}}]}`
  return JSON.stringify({ ts: pick([5, time(pick)]), [pick(NAMES)]: pick([1, 2.5, true, 'text', null]) })
}

/** Few different times and values: many are equal. */
function record(random: () => number, pick: Pick): object {
  return {
    name: pick(NAMES),
    v: pick([1, 2, 50, 150, -999, 'text', true]),
    q: random() < 0.9 ? 192 : 0,
    ...(random() < 0.8 ? { ts: random() < 0.03 ? 'yesterday' : time(pick) } : {}),
    ...(random() < 0.2 ? { from: pick(['opc', 'plc']) } : {}),
    ...(random() < 0.2 ? { serial: pick(['s1', 'd1']) } : {}),
  }
}

function time(pick: Pick): number {
  return BASE_MS + pick([0, 1, 2, 3, 4, 5]) * 1_000
}

function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}
