import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../../src/config/load.js'
import type { GatewayConfig } from '../../../src/config/schema.js'
import { LEVELS, type TopicLevels } from '../../../src/core/device.js'
import { FieldType, PointBatch } from '../../../src/core/point-batch.js'
import { DecodeError, newTopicMemory } from '../../../src/decode/decoder.js'
import { type Route, routeOf } from '../../../src/intake/route.js'
import { MemoryStore } from '../../support/memory-store.js'

export interface Message {
  readonly topic: string
  readonly clientId: string
  readonly payload: Buffer
}

/** A point as the decoder gives it, before quality. */
export interface ReadPoint {
  /** Path of the device. */
  readonly device: string
  readonly measurement: string
  readonly tags: Readonly<Record<string, string>>
  /** Nanoseconds since the epoch in decimal, or `arrival`. */
  readonly time: string
  /** Name → type, text and, where one is known, unit. */
  readonly fields: Readonly<Record<string, readonly string[]>>
  /** `keep`, or what the decoder itself decided: `filter skipped`, `refuse bad_quality`. */
  readonly judgement: string
}

export type Outcome =
  | { readonly points: readonly ReadPoint[] }
  | { readonly failure: string; readonly path: string }
  | 'no route matches'

const TYPE_NAMES = Object.keys(FieldType)

/** Messages read by routes that went through the loader of the configuration. */
export class Reading {
  readonly #routes: readonly Route[]

  /** @param yaml a configuration with `routes` */
  constructor(yaml: string) {
    const context = { store: new MemoryStore(), release: () => undefined, now: Date.now }
    const config = configOf(yaml)
    this.#routes = config.routes.map((route) => routeOf(route, config, context))
  }

  read({ topic, clientId, payload }: Message): Outcome {
    for (const route of this.#routes) {
      const levels = route.pattern.match(topic)
      if (levels === undefined) continue
      const own = levels.device === '' ? { ...levels, device: clientId } : levels
      return decoded(route, topic, payload, own)
    }
    return 'no route matches'
  }
}

function configOf(yaml: string): GatewayConfig {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-presets-'))
  try {
    const file = join(directory, 'gateway.yaml')
    writeFileSync(file, yaml)
    return loadConfig(file, { environment: {}, workingDirectory: directory })
  } finally {
    rmSync(directory, { recursive: true })
  }
}

function decoded(route: Route, topic: string, payload: Buffer, own: TopicLevels): Outcome {
  const batch = new PointBatch()
  try {
    route.decoder.decode(payload, newTopicMemory(topic), batch)
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error
    return { failure: error.code, path: (error.path ?? []).join(' ') }
  }
  const points = Array.from({ length: batch.points }, (_, p) => pointOf(batch, p, route.measurement, own))
  return { points }
}

function pointOf(batch: PointBatch, p: number, measurement: string, own: TopicLevels): ReadPoint {
  const judgement = batch.judgements[p]!
  return {
    device: pathOf(batch.devices[p], own),
    measurement: batch.measurements[p] || measurement,
    tags: Object.fromEntries(batch.tags[p]!.map(({ name, value }) => [name, value])),
    time: batch.times[p] || 'arrival',
    fields: fieldsOf(batch, p),
    judgement: judgement === 'keep' ? 'keep' : `${judgement.kind} ${judgement.reason}`,
  }
}

function pathOf(address: TopicLevels | undefined, own: TopicLevels): string {
  return LEVELS.map((level) => address?.[level] || own[level])
    .filter((name) => name !== '')
    .join('/')
}

function fieldsOf(batch: PointBatch, p: number): ReadPoint['fields'] {
  const fields: Record<string, string[]> = {}
  for (let f = batch.firstField[p]!; f < batch.firstField[p + 1]!; f++) {
    const unit = batch.hasUnits ? batch.units[f]! : ''
    fields[batch.names[f]!] = [TYPE_NAMES[batch.types[f]!]!, batch.texts[f]!, ...(unit === '' ? [] : [unit])]
  }
  return fields
}
